// What is known of backups besides what is in the bucket: what the regions say that write them, and what the Keeper knows.

import type { EdgeContext } from '../edge-context.ts';
import { jetStreamKeeper, type KeeperMethods } from '../jetstream/keeper-stub.ts';
import { streamPrefix } from '../jetstream/manifest/keys.ts';
import type { StreamName } from '../jetstream/manifest/manifest.ts';
import { messageOf } from '../message-of.ts';
import { type BackupLags, backupLags } from './backup-lags.ts';
import type { Known } from './backup-view.ts';

const DAY_MS = 24 * 3_600_000;

type StreamKey = Pick<StreamName, 'account' | 'stream'>;

/** A part of all streams, by their prefixes in the bucket. */
export interface Part {
  /** Those behind this one. */
  readonly after: string;
  /** Up to this one; to the last if undefined. */
  readonly upTo: string | undefined;
}

/** What is known besides the bucket, by stream, and what could not be found out. */
export interface Around {
  readonly of: (name: StreamKey) => Known;
  /** Of a part, the streams of which there is nothing in the bucket, though their regions or the Keeper know them. */
  readonly withoutBackup: (backedUp: readonly StreamKey[], part: Part) => readonly StreamKey[];
  readonly problems: readonly string[];
}

export async function aroundOf(edge: EdgeContext): Promise<Around> {
  const { cluster, jetstream } = edge.config;
  const { enabled, keepDays } = jetstream.backup;
  const [{ lags, problems }, verified, known, deleted] = await Promise.all([
    backupLags(edge),
    askKeeper(edge, 'which backups were verified', (keeper) => keeper.verifications()),
    // Where nothing is backed up, nobody leads a backup either.
    askKeeper(edge, 'which streams there are', async (keeper) => (enabled ? keeper.streams() : [])),
    askKeeper(edge, 'which streams were deleted', (keeper) => keeper.deleted()),
  ]);
  const lagOf = byKey(lags);
  const verificationOf = byKey(verified.answer);
  const knownOf = byKey(known.answer);
  const deletedOf = byKey(deleted.answer);
  return {
    of: (name) => {
      const key = keyOf(name);
      const { at } = deletedOf.get(key) ?? {};
      return {
        lag: lagOf.get(key),
        verification: verificationOf.get(key),
        isKnown: knownOf.has(key),
        ...(at !== undefined && { deleted: { at, removedFrom: enabled ? at + keepDays * DAY_MS : null } }),
      };
    },
    withoutBackup: (backedUp, { after, upTo }) => {
      // A stream may be said by two regions that both believe to lead it, and by the Keeper as there and as lost.
      const named = new Map<string, StreamKey>([...lagOf, ...knownOf]);
      for (const name of backedUp) named.delete(keyOf(name));
      return [...named.values()].filter(({ account, stream }) => {
        const prefix = streamPrefix({ cluster, account, stream });
        return prefix > after && (upTo === undefined || prefix <= upTo);
      });
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

/** Of two of the same stream the first counts. */
function byKey<T extends StreamKey>(all: readonly T[]): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const each of all) if (!found.has(keyOf(each))) found.set(keyOf(each), each);
  return found;
}

function keyOf({ account, stream }: StreamKey): string {
  return JSON.stringify([account, stream]);
}
