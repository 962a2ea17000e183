// `GET /api/backups` and `GET /api/backups/{account}/{stream}`: what there is in the bucket, how old it is, how far
// behind, and whether it was verified.

import type { Backup, Backups } from '../../api/backups.ts';
import type { EdgeContext } from '../edge-context.ts';
import type { BackupBucket } from '../jetstream/bucket/backup-bucket.ts';
import { isDamage } from '../jetstream/bucket/backup-error.ts';
import { jetStreamKeeper } from '../jetstream/keeper-stub.ts';
import { currentEpoch } from '../jetstream/manifest/epochs.ts';
import type { Epoch, Manifest, StreamName } from '../jetstream/manifest/manifest.ts';
import type { Verification } from '../jetstream/restore/jobs.ts';
import { messageOf } from '../message-of.ts';
import { type BackupLag, type BackupLags, backupLags } from './backup-lags.ts';
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

/** Streams that are read at a time. */
const PARALLEL = 4;

/** `GET /api/backups` */
export function listBackups(_request: Request, edge: EdgeContext): Promise<Response> {
  return fromBucket(edge, async (bucket) => {
    const [names, around] = await Promise.all([bucket.streams(edge.config.cluster), aroundOf(edge)]);
    const streams: Backup[] = [];
    for (let at = 0; at < names.length; at += PARALLEL) {
      const some = names.slice(at, at + PARALLEL);
      streams.push(...(await Promise.all(some.map((name) => backupOf(bucket, name, around.of(name))))));
    }
    streams.push(...around.withoutBackup(names).map((lag) => missingBackup(lag)));
    const { enabled } = edge.config.jetstream.backup;
    return Response.json({ enabled, streams, problems: around.problems } satisfies Backups);
  });
}

/** One that cannot be read does not hide the others. */
async function backupOf(bucket: BackupBucket, name: StreamName, known: Known): Promise<Backup> {
  const { account, stream } = name;
  try {
    const manifest = (await bucket.load(name))?.manifest;
    const epoch = manifest && currentEpoch(manifest);
    if (manifest === undefined || epoch === undefined) {
      return unreadableBackup({ account, stream }, 'there are objects of it, but no manifest', known);
    }
    const latest = await readEpoch(bucket, manifest, epoch);
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

/** What is known besides the bucket, by stream, and what could not be found out. */
interface Around {
  readonly of: (name: Pick<StreamName, 'account' | 'stream'>) => Known;
  /** Streams of which there is nothing in the bucket, as their regions see them. */
  readonly withoutBackup: (names: readonly StreamName[]) => readonly BackupLag[];
  readonly problems: readonly string[];
}

async function aroundOf(edge: EdgeContext): Promise<Around> {
  const [{ lags, problems }, verified] = await Promise.all([backupLags(edge), verificationsOf(edge)]);
  return {
    of: ({ account, stream }) => {
      const isIt = (each: { account: string; stream: string }) =>
        each.account === account && each.stream === stream;
      return { lag: lags.find(isIt), verification: verified.verifications.find(isIt) };
    },
    withoutBackup: (names) => {
      const there = new Set(names.map(({ account, stream }) => JSON.stringify([account, stream])));
      return lags.filter(({ account, stream }) => !there.has(JSON.stringify([account, stream])));
    },
    problems: [...problems, ...verified.problems],
  };
}

async function verificationsOf({
  env,
}: EdgeContext): Promise<{ verifications: readonly Verification[] } & Pick<BackupLags, 'problems'>> {
  const keeper = jetStreamKeeper(env);
  try {
    return { verifications: (await keeper?.verifications()) ?? [], problems: [] };
  } catch (error) {
    return { verifications: [], problems: [`which backups were verified is unknown: ${messageOf(error)}`] };
  }
}
