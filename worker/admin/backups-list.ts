// `GET /api/backups`: what there is in the bucket, how old it is, how far behind, and whether it was verified. A page at a
// time, since a request may make only so many calls of R2.

import type { Backup, Backups } from '../../api/backups.ts';
import { TimeoutError, withTimeout } from '../../waiting/with-timeout.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { BackupBucket } from '../jetstream/bucket/backup-bucket.ts';
import { countedCalls } from '../jetstream/bucket/counted-calls.ts';
import { clusterPrefix, streamPrefix } from '../jetstream/manifest/keys.ts';
import type { StreamName } from '../jetstream/manifest/manifest.ts';
import type { Known } from './backup-view.ts';
import { missingBackup, unreadableBackup } from './backup-view.ts';
import { aroundOf } from './backups-around.ts';
import { backupOf } from './backups-read.ts';
import { fromBucket } from './from-bucket.ts';

/** Streams that are read at a time: a Worker may wait for six answers at once. */
const PARALLEL = 6;

/** Whoever asks waits 20 s, and has to hear of all: with R2 that is slow some are not read. */
const READ_FOR_MS = 14_000;
const ANSWER_MS = 5_000;

/** To name those that are not read. If even that takes longer, the answer ends, and says where to go on. */
const NAME_FOR_MS = 1_000;

/** Cloudflare's limit was 1,000 calls a request for years. One that is reached fails the whole request, so none is. */
const MOST_CALLS = 950;

/** A stream takes three, or more where the listing of its log does not tell what is in it: then no further one is begun. */
const PAGE_CALLS = 700;

/** Longer than any key of R2. */
const MAX_AFTER_CHARS = 1024;

export function listBackups(request: Request, edge: EdgeContext): Promise<Response> {
  const { cluster, jetstream } = edge.config;
  const after = new URL(request.url).searchParams.get('after') ?? '';
  if (after.length > MAX_AFTER_CHARS) {
    return Promise.resolve(errorResponse('bad_request', 'after is longer than any `next` of an answer'));
  }
  return fromBucket(edge, async ({ r2 }) => {
    const end = Date.now() + READ_FOR_MS;
    const start = clusterPrefix(cluster);
    const from = after === '' ? '' : start + after;
    const counted = countedCalls(r2, MOST_CALLS);
    const bucket = new BackupBucket(counted.r2, ANSWER_MS);
    const names = bucket.streamsFrom(cluster, from);
    const [first, around] = await Promise.all([fewOf(names), aroundOf(edge)]);
    const read: StreamName[] = [];
    const streams: Backup[] = [];
    let few = first;
    const isLate = () => Date.now() > end + NAME_FOR_MS && read.length > 0;
    while (few.length > 0 && counted.made() < PAGE_CALLS && !isLate()) {
      read.push(...few);
      const reading = few.map((name) => readUntil(end, bucket, name, around.of(name)));
      streams.push(...(await Promise.all(reading)));
      few = await fewOf(names);
    }
    const last = few.length > 0 ? read.at(-1) : undefined;
    const upTo = last && streamPrefix(last);
    for (const name of around.withoutBackup(read, { after: from, upTo })) {
      streams.push(missingBackup(name, around.of(name).lag));
    }
    const { enabled } = jetstream.backup;
    const { problems } = around;
    return Response.json({
      enabled,
      streams,
      problems,
      next: upTo?.slice(start.length) ?? null,
    } satisfies Backups);
  });
}

/** The next few; none if there are no more. */
async function fewOf(names: AsyncGenerator<StreamName, void>): Promise<readonly StreamName[]> {
  const few: StreamName[] = [];
  while (few.length < PARALLEL) {
    const { value } = await names.next();
    if (value === undefined) break;
    few.push(value);
  }
  return few;
}

/** Or says that there was no time for it. @param end ms since the epoch */
async function readUntil(end: number, bucket: BackupBucket, name: StreamName, known: Known): Promise<Backup> {
  const left = end - Date.now();
  if (left <= 0) return unreadBackup(name, known);
  try {
    return await withTimeout(backupOf(bucket, name, known), left, 'late');
  } catch (error) {
    // What can't be read is told by `backupOf` itself.
    if (error instanceof TimeoutError) return unreadBackup(name, known);
    throw error;
  }
}

function unreadBackup({ account, stream }: StreamName, known: Known): Backup {
  const words = `it was not read: R2 took ${READ_FOR_MS / 1000} s for others`;
  return unreadableBackup({ account, stream }, words, known);
}
