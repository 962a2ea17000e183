// Restores one stream: fills it on one server, gives it its replicas, waits until they have everything. A stream that
// exists is never touched, and of a restore that fails nothing stays.

import type { NatsConnection } from '@nats-io/nats-core';
import { messageOf } from '../../message-of.ts';
import type { BackupBucket } from '../bucket/backup-bucket.ts';
import { ask, streamInfo, streamNames } from './api.ts';
import { disconnect } from './connect.ts';
import { resumed } from './resume-sources.ts';
import { archiveFrom, type RestoreSource, requestStateOf } from './source.ts';
import { othersOf, overlapText, takers } from './takers.ts';
import { restoreOf, type Target, targetOf } from './target.ts';
import { transferArchive } from './transfer.ts';

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
  /** What came out differently from what was wanted, in words. */
  readonly remarks: readonly string[];
}

/**
 * @throws Error if a stream of this name exists, the backup is not whole, or the server refuses; nothing of the restore
 * stays, unless the error says so
 */
export async function restoreStream(connection: NatsConnection, restore: Restore): Promise<Restored> {
  const { source, as, id, bucket } = restore;
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
  let isBegun = false;
  let remarks: readonly string[];
  try {
    await transferArchive(connection, {
      stream: as,
      config: target.filling,
      state: requestStateOf(source, target.consumers.length),
      archive: archiveFrom(bucket, source, target.consumers),
      onAccepted: () => {
        isBegun = true;
      },
      ...(restore.onProgress !== undefined && { onProgress: restore.onProgress }),
    });
    remarks = await finish(connection, restore, target);
  } catch (error) {
    const what = `stream ${as} of account ${account} was not restored: ${messageOf(error)}`;
    if (!isBegun) throw new Error(what, { cause: error });
    const left = await undo(restore.connect, as, id, true);
    throw new Error(left === undefined ? what : `${what}. What was made of it may still be there: ${left}`, {
      cause: error,
    });
  }
  return { messages: source.selection.messages, lastSeq: source.selection.extent.lastSeq, remarks };
}

/** Consumers come back with how far they had acknowledged without gaps. Of a work queue, what was acknowledged is gone. */
function consumerRemarks({ selection }: RestoreSource, { consumers }: Target): string[] {
  const { rewound, config } = selection;
  if (consumers.length === 0 || rewound.length === 0 || config.retention === 'workqueue') return [];
  return [
    `consumers ${rewound.join(', ')}: what they had acknowledged behind something that they had not is delivered again`,
  ];
}

/** It gets its replicas, then becomes what it was: the mark goes, and it takes from its sources. */
async function finish(connection: NatsConnection, restore: Restore, target: Target): Promise<string[]> {
  const { as, servers, source } = restore;
  const num_replicas = Math.min(target.replicas, Math.max(1, servers));
  await ask(connection, `STREAM.UPDATE.${as}`, { ...target.filling, num_replicas });
  const ofReplicas = await untilWhole(restore, target);
  const { config, remarks } = await resumed(connection, as, source.selection.extent, target.whole);
  await ask(connection, `STREAM.UPDATE.${as}`, { ...config, num_replicas });
  return [...ofReplicas, ...remarks, ...consumerRemarks(source, target)];
}

async function untilWhole(
  { as, source, holders, servers }: Restore,
  { replicas }: Target,
): Promise<string[]> {
  const { name, selection } = source;
  const wanted = Math.min(replicas, Math.max(1, servers));
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
