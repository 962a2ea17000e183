// `GET /api/backups` and `GET /api/backups/{account}/{stream}`: what there is in the bucket, how old it is, how far
// behind, and whether it was verified.

import type { Backup, Backups } from '../../api/backups.ts';
import type { EdgeContext } from '../edge-context.ts';
import type { BackupBucket } from '../jetstream/bucket/backup-bucket.ts';
import { isDamage } from '../jetstream/bucket/backup-error.ts';
import { jetStreamKeeper, type KeeperMethods } from '../jetstream/keeper-stub.ts';
import { currentEpoch } from '../jetstream/manifest/epochs.ts';
import type { Epoch, Manifest, StreamName } from '../jetstream/manifest/manifest.ts';
import { messageOf } from '../message-of.ts';
import { type BackupLags, backupLags } from './backup-lags.ts';
import {
  backupView,
  detailView,
  type Known,
  lacksItsBeginning,
  missingBackup,
  type ReadEpoch,
  unreadableBackup,
} from './backup-view.ts';
import { fromBackup, fromBucket, noSuchBackup, type StreamRequest } from './from-bucket.ts';

/** Streams that are read at a time: a Worker may wait for six answers at once. */
const PARALLEL = 6;

/** With R2 that is slow some are not read: whoever asks has to hear of the others. */
const READ_FOR_MS = 20_000;

const DAY_MS = 24 * 3_600_000;

/** `GET /api/backups` */
export function listBackups(_request: Request, edge: EdgeContext): Promise<Response> {
  return fromBucket(edge, async (bucket) => {
    const [names, around] = await Promise.all([bucket.streams(edge.config.cluster), aroundOf(edge)]);
    const streams: Backup[] = [];
    const end = Date.now() + READ_FOR_MS;
    for (let at = 0; at < names.length; at += PARALLEL) {
      const some = names.slice(at, at + PARALLEL);
      const isLate = Date.now() > end;
      const read = (name: StreamName) =>
        isLate ? unreadBackup(name, around.of(name)) : backupOf(bucket, name, around.of(name));
      streams.push(...(await Promise.all(some.map(read))));
    }
    streams.push(...around.withoutBackup(names).map((name) => missingBackup(name, around.of(name).lag)));
    const { enabled } = edge.config.jetstream.backup;
    return Response.json({ enabled, streams, problems: around.problems } satisfies Backups);
  });
}

function unreadBackup({ account, stream }: StreamName, known: Known): Backup {
  const words = `it was not read: R2 took ${READ_FOR_MS / 1000} s for those before it`;
  return unreadableBackup({ account, stream }, words, known);
}

/** One that cannot be read does not hide the others. */
async function backupOf(bucket: BackupBucket, name: StreamName, known: Known): Promise<Backup> {
  const { account, stream } = name;
  try {
    const manifest = (await bucket.load(name))?.manifest;
    const epoch = manifest && currentEpoch(manifest);
    if (manifest === undefined || epoch === undefined) {
      const words =
        manifest === undefined ? 'there are objects of it, but no manifest' : 'it is being removed';
      return unreadableBackup({ account, stream }, words, known);
    }
    const latest = { epoch, log: await bucket.logInShort(manifest, epoch) };
    const earlier = lacksItsBeginning(latest) ? manifest.epochs.at(-2) : undefined;
    const before = earlier && (await readEarlier(bucket, manifest, earlier));
    return backupView(manifest, latest, known, before);
  } catch (error) {
    return unreadableBackup({ account, stream }, messageOf(error), known);
  }
}

/** `GET /api/backups/{account}/{stream}` */
export function showBackup(request: StreamRequest, edge: EdgeContext): Promise<Response> {
  return fromBackup(request, edge, async ({ bucket, manifest }) => {
    const around = await aroundOf(edge);
    const latest = currentEpoch(manifest);
    if (latest === undefined) return noSuchBackup(manifest);
    const epochs: ReadEpoch[] = [];
    for (const epoch of manifest.epochs.slice(0, -1)) epochs.push(await readEarlier(bucket, manifest, epoch));
    epochs.push(await readEpoch(bucket, manifest, latest));
    return Response.json(detailView(manifest, epochs, around.of(manifest)));
  });
}

async function readEpoch(bucket: BackupBucket, name: Manifest, epoch: Epoch): Promise<ReadEpoch> {
  return { epoch, log: await bucket.log(name, epoch) };
}

/** One that is damaged does not hide those after it. */
async function readEarlier(bucket: BackupBucket, name: Manifest, epoch: Epoch): Promise<ReadEpoch> {
  try {
    return await readEpoch(bucket, name, epoch);
  } catch (error) {
    if (isDamage(error)) return { epoch, log: [], problem: error.message };
    throw error;
  }
}

type StreamKey = Pick<StreamName, 'account' | 'stream'>;

/** What is known besides the bucket, by stream, and what could not be found out. */
interface Around {
  readonly of: (name: StreamKey) => Known;
  /** Streams of which there is nothing in the bucket, though their regions or the Keeper know them. */
  readonly withoutBackup: (names: readonly StreamName[]) => readonly StreamKey[];
  readonly problems: readonly string[];
}

async function aroundOf(edge: EdgeContext): Promise<Around> {
  const { enabled, keepDays } = edge.config.jetstream.backup;
  const [{ lags, problems }, verified, known, deleted] = await Promise.all([
    backupLags(edge),
    askKeeper(edge, 'which backups were verified', (keeper) => keeper.verifications()),
    // Where nothing is backed up, nobody leads a backup either.
    askKeeper(edge, 'which streams there are', async (keeper) => (enabled ? keeper.streams() : [])),
    askKeeper(edge, 'which streams were deleted', (keeper) => keeper.deleted()),
  ]);
  return {
    of: (name) => {
      const { at } = deleted.answer.find((each) => isSame(each, name)) ?? {};
      return {
        lag: lags.find((each) => isSame(each, name)),
        verification: verified.answer.find((each) => isSame(each, name)),
        isKnown: known.answer.some((each) => isSame(each, name)),
        ...(at !== undefined && { deleted: { at, removedFrom: enabled ? at + keepDays * DAY_MS : null } }),
      };
    },
    withoutBackup: (names) => {
      // A stream may be said by two regions that both believe to lead it, and by the Keeper as there and as lost.
      const named = new Map([...lags, ...known.answer].map((name) => [keyOf(name), name]));
      for (const name of names) named.delete(keyOf(name));
      return [...named.values()];
    },
    problems: [...problems, ...verified.problems, ...known.problems, ...deleted.problems],
  };
}

/** @param what it is asked for, in words: told as unknown if it does not answer */
async function askKeeper<T>(
  { env }: EdgeContext,
  what: string,
  ask: (keeper: KeeperMethods) => Promise<readonly T[]>,
): Promise<{ readonly answer: readonly T[] } & Pick<BackupLags, 'problems'>> {
  const keeper = jetStreamKeeper(env);
  try {
    return { answer: keeper === undefined ? [] : await ask(keeper), problems: [] };
  } catch (error) {
    return { answer: [], problems: [`${what} is unknown: ${messageOf(error)}`] };
  }
}

function keyOf({ account, stream }: StreamKey): string {
  return JSON.stringify([account, stream]);
}

function isSame(one: StreamKey, other: StreamKey): boolean {
  return one.account === other.account && one.stream === other.stream;
}
