// Restores one stream: fills it on one server, gives it its replicas, waits until they have everything. A stream that
// exists is never touched, and of a restore that fails nothing stays.

import type { NatsConnection } from '@nats-io/nats-core';
import { messageOf } from '../../message-of.ts';
import type { BackupBucket } from '../bucket/backup-bucket.ts';
import type { ConsumerBackup, JsonObject } from '../manifest/segment-header.ts';
import { ApiError, ask, NO_PEERS, OVER_LIMITS, streamInfo, streamNames } from './api.ts';
import { disconnect } from './connect.ts';
import { sourcesOf } from './feeds.ts';
import { resumed } from './resume-sources.ts';
import { archiveFrom, type RestoreSource, requestStateOf } from './source.ts';
import { othersOf, overlapText, takers } from './takers.ts';
import { restoreOf, type Target, targetOf } from './target.ts';
import { transferArchive } from './transfer.ts';
import { untilConsumers } from './until-consumers.ts';

/** Followers get all of a stream over the mesh. */
const REPLICAS_TIMEOUT_MS = 120_000;
const REPLICAS_POLL_MS = 100;

/** The server notices only after five seconds that a restore goes on no longer. */
const UNDO_TIMEOUT_MS = 60_000;
const UNDO_POLL_MS = 200;

export interface Restore {
  readonly bucket: BackupBucket;
  readonly source: RestoreSource;
  /** The name of the new stream. */
  readonly as: string;
  /** Identifies this restore. */
  readonly id: string;
  /** Another connection, to undo it: the first may be lost. */
  readonly connect: () => Promise<NatsConnection>;
  /** How many replicas there can be. */
  readonly servers: number;
  /** How many servers, by their own word, hold the stream up to this sequence. */
  readonly holders: (account: string, stream: string, lastSeq: number) => Promise<number>;
  readonly onProgress?: (bytes: number) => void;
}

export interface Restored {
  readonly messages: number;
  readonly lastSeq: number;
  /** How its configuration is not what it was, in words. */
  readonly changes: readonly string[];
  /** What else came out differently from what was wanted, in words. */
  readonly remarks: readonly string[];
}

/**
 * @throws Error if a stream of this name exists, the backup is not whole, or the server refuses; nothing of the restore
 * stays, unless the error says so
 */
export async function restoreStream(connection: NatsConnection, restore: Restore): Promise<Restored> {
  const { source, as, id } = restore;
  const { account, stream } = source.name;
  if ((await streamInfo(connection, as)) !== undefined) {
    throw new Error(
      `stream ${as} of account ${account} exists: a restore does not touch it. Give another name`,
    );
  }
  const isDetached = as !== stream && (await takers(connection, source.selection.config)).length > 0;
  const target = targetOf(stream, source.selection, { as, isDetached, mark: id });
  const others = await othersOf(connection, target.whole);
  if (others.length > 0) throw new Error(overlapText(target.whole, others, account));
  const { messages, extent } = source.selection;
  const outcome = await make(connection, restore, target, target.filling);
  return { messages, lastSeq: extent.lastSeq, ...outcome };
}

type Outcome = Pick<Restored, 'changes' | 'remarks'>;

/** Of an attempt that fails nothing stays; another follows if the server would take the stream in another way. */
async function make(
  connection: NatsConnection,
  restore: Restore,
  target: Target,
  filling: JsonObject,
): Promise<Outcome> {
  const { source, as, id, bucket, connect, onProgress } = restore;
  let isBegun = false;
  try {
    await transferArchive(connection, {
      stream: as,
      config: filling,
      state: requestStateOf(source, target.consumers.length),
      archive: archiveFrom(bucket, source, target.consumers),
      onAccepted: () => {
        isBegun = true;
      },
      ...(onProgress !== undefined && { onProgress }),
    });
    return await finish(connection, restore, target, filling);
  } catch (error) {
    const left = isBegun ? await undo(connect, as, id, true) : undefined;
    const other = yieldingTo(error, filling, replicasOf(restore, target));
    if (left === undefined && other !== undefined) return make(connection, restore, target, other);
    const what = `stream ${as} of account ${source.name.account} was not restored: ${messageOf(error)}`;
    const stays = left === undefined ? '' : `. What was made of it may still be there: ${left}`;
    throw new Error(`${what}${stays}`, { cause: error });
  }
}

/**
 * How a stream can be filled all the same that the server refused; undefined if it can't. An account may have limits for
 * streams of its replicas, and none, or lower ones, for those of one; and where it is placed no server may run.
 */
function yieldingTo(error: unknown, filling: JsonObject, replicas: number): JsonObject | undefined {
  if (!(error instanceof ApiError)) return undefined;
  if (OVER_LIMITS.has(error.code) && Number(filling.num_replicas) < replicas) {
    return { ...filling, num_replicas: replicas };
  }
  if (error.code !== NO_PEERS || filling.placement === undefined) return undefined;
  const { placement: _, ...anywhere } = filling;
  return anywhere;
}

/** Consumers come back with how far they had acknowledged without gaps. Of a work queue, what was acknowledged is gone. */
function consumerRemarks({ selection }: RestoreSource, { consumers }: Target): string[] {
  const { rewound, config } = selection;
  if (consumers.length === 0 || rewound.length === 0 || config.retention === 'workqueue') return [];
  return [
    `consumers ${rewound.join(', ')}: what they had acknowledged behind something that they had not is delivered again`,
  ];
}

/** It gets its replicas and its consumers, then becomes what it was: the mark goes, and it takes from its sources. */
async function finish(
  connection: NatsConnection,
  restore: Restore,
  target: Target,
  filling: JsonObject,
): Promise<Outcome> {
  const { as, source } = restore;
  const num_replicas = replicasOf(restore, target);
  await ask(connection, `STREAM.UPDATE.${as}`, { ...filling, num_replicas });
  const ofReplicas = await untilWhole(restore, target);
  const silent = await untilConsumers(connection, as, target.consumers);
  const refused = await makeConsumers(connection, as, target.later);
  const { placement, ...whole } = target.whole;
  const isPlaced = placement === undefined || filling.placement !== undefined;
  const { config, remarks } = await resumed(
    connection,
    as,
    source.selection.extent,
    isPlaced ? target.whole : whole,
  );
  const ofSources = await update(connection, { ...config, name: as, num_replicas });
  const changes = [
    ...(isPlaced ? [] : [`without its placement ${JSON.stringify(placement)}: no server runs there`]),
    ...ofSources,
  ];
  const kept = ofSources.length > 0 ? [] : remarks;
  return {
    changes,
    remarks: [...ofReplicas, ...silent, ...refused, ...kept, ...consumerRemarks(source, target)],
  };
}

/** @returns which of them the server refused, as when an application was faster with another one, and why */
async function makeConsumers(
  connection: NatsConnection,
  stream: string,
  consumers: readonly ConsumerBackup[],
): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const { name, config } of consumers) {
    try {
      await ask(connection, `CONSUMER.CREATE.${stream}.${name}`, { stream_name: stream, config });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refused.push(`without its consumer ${name}: ${error.message}`);
    }
  }
  return refused;
}

/**
 * The stream becomes what it was. Where the server does not want its sources, such as in a circle that it lets nobody close
 * once the streams are there, it comes back without them: all of its messages are there.
 *
 * @returns what came out differently
 */
async function update(connection: NatsConnection, config: JsonObject): Promise<string[]> {
  try {
    await ask(connection, `STREAM.UPDATE.${config.name}`, config);
    return [];
  } catch (error) {
    if (!(error instanceof ApiError) || sourcesOf(config).length === 0) throw error;
    const { sources: _, ...rest } = config;
    await ask(connection, `STREAM.UPDATE.${config.name}`, rest);
    return [`without its sources ${sourcesOf(config).map(({ name }) => name)}: ${error.message}`];
  }
}

/** As many as it had, or as there can be. */
function replicasOf({ servers }: Restore, { replicas }: Target): number {
  return Math.min(replicas, Math.max(1, servers));
}

async function untilWhole(restore: Restore, target: Target): Promise<string[]> {
  const { as, source, holders } = restore;
  const { replicas } = target;
  const { name, selection } = source;
  const wanted = replicasOf(restore, target);
  const remarks = wanted < replicas ? [`${wanted} of ${replicas} replicas: there are no more servers`] : [];
  const end = Date.now() + REPLICAS_TIMEOUT_MS;
  for (;;) {
    const held = await holders(name.account, as, selection.extent.lastSeq).catch(() => 0);
    if (held >= wanted) return remarks;
    if (Date.now() > end) return [...remarks, `only ${held} of ${wanted} replicas hold everything so far`];
    await pause(REPLICAS_POLL_MS);
  }
}

/**
 * Deletes a stream that a restore has begun, and no other. Also for one whose restore ended without a word.
 *
 * @param id of the restore
 * @param isOurs whether the server gave this restore the name: a stream that can't tell its configuration, since it is
 * being filled or failed to be, is then this one
 * @returns why it may still be there; undefined once it is gone
 */
export async function undo(
  connect: () => Promise<NatsConnection>,
  stream: string,
  id: string,
  isOurs = false,
): Promise<string | undefined> {
  const end = Date.now() + UNDO_TIMEOUT_MS;
  for (;;) {
    const problem = await undoOnce(connect, stream, id, isOurs).catch(messageOf);
    if (problem === undefined || Date.now() > end) return problem;
    await pause(UNDO_POLL_MS);
  }
}

async function undoOnce(
  connect: () => Promise<NatsConnection>,
  stream: string,
  id: string,
  isOurs: boolean,
): Promise<string | undefined> {
  const connection = await connect();
  try {
    if (!(await streamNames(connection)).includes(stream)) return undefined;
    const mark = await markOf(connection, stream);
    if (mark !== undefined && mark !== id) return undefined;
    if (mark === undefined && !isOurs) return 'it does not say whose it is';
    await ask(connection, `STREAM.DELETE.${stream}`);
    return 'it has only just been deleted';
  } finally {
    disconnect(connection);
  }
}

/** Which restore is making a stream: empty if none is; undefined if the stream can't say. */
async function markOf(connection: NatsConnection, stream: string): Promise<string | undefined> {
  const info = await streamInfo(connection, stream).catch(() => undefined);
  if (info === undefined) return undefined;
  return restoreOf(info.config) ?? '';
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
