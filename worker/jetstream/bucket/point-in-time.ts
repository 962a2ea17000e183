// What a restore takes, from the bucket: the segments of an epoch, and up to which message for a time.

import type { Epoch, StreamName } from '../manifest/manifest.ts';
import { momentsOf } from '../manifest/moments.ts';
import type { StoredSegment } from '../manifest/segment-header.ts';
import { type RestorePoint, type SelectionResult, select } from '../manifest/selection.ts';
import type { BackupBucket } from './backup-bucket.ts';

/** By how much the clock of what writes a backup may be behind those of the servers. */
const CLOCKS_DIFFER_MS = 60_000;

/**
 * Reads the headers of an epoch's segments, and for a time the messages of the segments that lie across it.
 *
 * @throws BackupError
 */
export async function selectFrom(
  bucket: BackupBucket,
  name: StreamName,
  epoch: Epoch,
  point: RestorePoint = {},
): Promise<SelectionResult> {
  const segments = await bucket.segments(name, epoch);
  if (point.at === undefined) return select(epoch, segments, point);
  const stored = await lastSequenceAt(bucket, name, segments, point.at);
  return select(
    epoch,
    segments,
    point,
    Math.max(stored, lastWrittenBy(segments, point.at - CLOCKS_DIFFER_MS)),
  );
}

/**
 * The last message that was in the backup at a time and says itself that it had been stored: those before it were there too, also
 * one of a server whose clock is ahead. Both clocks have to say so, that of the writer and that of the server.
 */
function lastWrittenBy(segments: readonly StoredSegment[], at: number): number {
  const storedNs = BigInt(at + CLOCKS_DIFFER_MS) * 1_000_000n;
  return segments
    .flatMap(({ header }) => momentsOf(header))
    .filter(({ writtenAt, lastTimestamp }) => writtenAt <= at && BigInt(lastTimestamp) <= storedNs)
    .reduce((last, moment) => Math.max(last, moment.last), 0);
}

/** The last message before the first that was stored after `at` (ms since the epoch); 0 if there is none. */
async function lastSequenceAt(
  bucket: BackupBucket,
  name: StreamName,
  segments: readonly StoredSegment[],
  at: number,
): Promise<number> {
  const afterNs = BigInt(at + 1) * 1_000_000n;
  let last = 0;
  for (const segment of segments) {
    const { messages, firstAt, lastAt } = segment.header;
    if (messages === 0) continue;
    if (firstAt > at) return last;
    if (lastAt <= at) {
      last = segment.header.last;
      continue;
    }
    for await (const entries of bucket.entries(name, segment)) {
      for (const { sequence, timestampNs } of entries) {
        if (timestampNs >= afterNs) return last;
        last = sequence;
      }
    }
  }
  return last;
}
