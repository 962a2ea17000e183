// The archive that nats-server restores, out of a selection: head, segments, end, as they are sent.

import type { ArchivedConsumer } from '../archive/archive-files.ts';
import { headOf, tailOf } from '../archive/archive-files.ts';
import type { ArchiveEntry } from '../archive/entry.ts';
import { filterSegment, wholeSegment } from '../archive/filter-segment.ts';
import { includes, liveRanges } from '../manifest/extent.ts';
import type { StreamName } from '../manifest/manifest.ts';
import type { ConsumerBackup } from '../manifest/segment-header.ts';
import type { SelectedSegment, Selection } from '../manifest/selection.ts';
import type { BackupBucket } from './backup-bucket.ts';
import { damaged } from './backup-bucket.ts';
import { BackupError } from './backup-error.ts';

/** The state of a stream as `STREAM.RESTORE` and `nats backup` want it, without the consumers' number. */
export type RestoredState = Parameters<typeof headOf>[0];

/** `state.json` of a selection. */
export function stateOf({ extent, messages, bytes, segments }: Selection): RestoredState {
  const deleted = Math.max(0, extent.lastSeq - extent.firstSeq + 1 - messages);
  return {
    messages,
    bytes,
    first_seq: extent.firstSeq,
    first_ts: timeOf(segments[0]?.header.firstAt),
    last_seq: extent.lastSeq,
    last_ts: timeOf(segments.at(-1)?.header.lastAt),
    ...(deleted === 0 ? {} : { num_deleted: deleted }),
  };
}

/** A consumer as it is in an archive. */
export function archivedConsumer({ name, config, delivered, ackFloor }: ConsumerBackup): ArchivedConsumer {
  return {
    config: { ...config, name },
    state: {
      delivered: { consumer_seq: delivered.consumer, stream_seq: delivered.stream },
      ack_floor: { consumer_seq: ackFloor.consumer, stream_seq: ackFloor.stream },
    },
  };
}

/**
 * The bytes of an archive.
 *
 * @param now ms since the epoch
 * @throws BackupError if a segment is missing or damaged, or has fewer messages than it said
 */
export async function* archiveOf(
  bucket: BackupBucket,
  name: StreamName,
  selection: Selection,
  now: number,
): AsyncGenerator<Uint8Array> {
  yield headOf(stateOf(selection), selection.consumers.map(archivedConsumer), BigInt(now) * 1_000_000n);
  const live = liveRanges(selection.extent);
  for (const segment of selection.segments) yield* messagesOf(bucket, name, segment, live);
  yield tailOf();
}

async function* messagesOf(
  bucket: BackupBucket,
  name: StreamName,
  segment: SelectedSegment,
  live: ReturnType<typeof liveRanges>,
): AsyncGenerator<Uint8Array> {
  let taken = 0;
  const count = (entries: number) => {
    taken += entries;
  };
  const keep = ({ sequence }: ArchiveEntry) => {
    const kept = includes(live, sequence);
    if (kept) taken++;
    return kept;
  };
  const body = bucket.body(name, segment);
  try {
    yield* segment.whole ? wholeSegment(body, count) : filterSegment(body, keep);
  } catch (cause) {
    throw damaged(name, segment.key, cause);
  }
  if (taken !== segment.take) {
    throw new BackupError(
      'damaged',
      `a segment has ${taken} of the ${segment.take} messages it should have`,
      {
        name,
        key: segment.key,
      },
    );
  }
}

/** RFC 3339; nats-server's zero if there is no time. */
function timeOf(ms: number | undefined): string {
  return ms === undefined ? '0001-01-01T00:00:00Z' : new Date(ms).toISOString();
}
