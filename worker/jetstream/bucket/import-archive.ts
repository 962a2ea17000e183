// An archive becomes the backup of a stream that has none: its messages are written as the log of a first epoch, and
// then the manifest, so that an archive that turns out to be torn leaves no backup behind.

import { ArchiveError } from '../archive/archive-error.ts';
import {
  type ArchivedConsumer,
  type ArchivedState,
  CONSUMER_PREFIX,
  STATE_NAME,
} from '../archive/archive-files.ts';
import type { ArchiveEntry } from '../archive/entry.ts';
import { readArchive } from '../archive/read-archive.ts';
import { SegmentBuilder } from '../archive/segment.ts';
import { beginEpoch } from '../manifest/epochs.ts';
import { count, liveRanges, without } from '../manifest/extent.ts';
import { logKey } from '../manifest/keys.ts';
import type { StreamName } from '../manifest/manifest.ts';
import type { ConsumerBackup, Extent, JsonObject } from '../manifest/segment-header.ts';
import type { BackupBucket } from './backup-bucket.ts';

/** As large as the writer's segments are by default. */
const SEGMENT_BYTES = 8 * 2 ** 20;

/** In place of a region. */
const WRITER = 'import';

/** What was imported; `taken` if the stream has got a backup meanwhile. */
export type ImportedArchive =
  | {
      readonly messages: number;
      readonly bytes: number;
      readonly firstSeq: number;
      readonly lastSeq: number;
    }
  | 'taken';

/**
 * @param config of the stream, as nats-server has it
 * @param archive stream.arc.s2 of `nats backup`, or an export
 * @param now ms since the epoch
 * @throws ArchiveError if it is none, or torn; BackupError if the bucket fails
 */
export async function importArchive(
  bucket: BackupBucket,
  name: StreamName,
  config: JsonObject,
  archive: ReadableStream<Uint8Array>,
  now: number,
): Promise<ImportedArchive> {
  const log = new ImportedLog(bucket, name, now);
  let isKept = false;
  try {
    for await (const entry of readArchive(piecesOf(archive))) await log.take(entry);
    await log.end();
    const { extent, consumers, epoch, messages, bytes } = log;
    const created = new Date(now).toISOString();
    const beginning = { id: epoch, created, reason: 'new', now, config, consumers, extent } as const;
    isKept = (await bucket.save(beginEpoch(name, undefined, beginning), undefined)) !== undefined;
    if (!isKept) return 'taken';
    return { messages, bytes, firstSeq: extent.firstSeq, lastSeq: extent.lastSeq };
  } finally {
    if (!isKept) await bucket.remove(name, log.keys);
  }
}

/** The log that an archive's entries become. */
class ImportedLog {
  readonly epoch = `import-${crypto.randomUUID()}`;
  readonly keys: string[] = [];
  readonly consumers: ConsumerBackup[] = [];
  messages = 0;
  bytes = 0;
  readonly #bucket: BackupBucket;
  readonly #name: StreamName;
  readonly #now: number;
  #segment = new SegmentBuilder();
  #state: ArchivedState | undefined;
  #isEnded = false;
  /** Grows in place: there may be millions of messages. */
  readonly #live: [number, number][] = [];

  constructor(bucket: BackupBucket, name: StreamName, now: number) {
    this.#bucket = bucket;
    this.#name = name;
    this.#now = now;
  }

  /** Of all messages so far; at the end, of the stream. */
  get extent(): Extent {
    const { first_seq: firstSeq, last_seq: stateLast } = this.#knownState;
    const lastSeq = Math.max(firstSeq - 1, this.#isEnded ? stateLast : (this.#live.at(-1)?.[1] ?? 0));
    const deleted = without(liveRanges({ firstSeq, lastSeq, deleted: [] }), this.#live);
    return { firstSeq, lastSeq, deleted };
  }

  async take(entry: ArchiveEntry): Promise<void> {
    if (entry.sequence === 0) return this.#takeFile(entry);
    this.#segment.add(entry);
    const last = this.#live.at(-1);
    if (last !== undefined && last[1] + 1 === entry.sequence) last[1] = entry.sequence;
    else this.#live.push([entry.sequence, entry.sequence]);
    if (this.#segment.size >= SEGMENT_BYTES) await this.#write();
  }

  /** @throws ArchiveError if it does not have what it says */
  async end(): Promise<void> {
    this.#isEnded = true;
    if (this.#segment.summary.messages > 0) await this.#write();
    const { messages } = this.#knownState;
    if (count(this.#live) !== messages) {
      throw new ArchiveError(
        `The archive has ${count(this.#live)} messages, and says that it has ${messages}.`,
      );
    }
  }

  get #knownState(): ArchivedState {
    if (this.#state === undefined) throw new ArchiveError(`The archive has no ${STATE_NAME}.`);
    return this.#state;
  }

  #takeFile({ name, payload }: ArchiveEntry): void {
    let content: unknown;
    try {
      content = JSON.parse(new TextDecoder().decode(payload));
    } catch {
      throw new ArchiveError(`${name} in the archive is not JSON.`);
    }
    if (name === STATE_NAME) this.#state = content as ArchivedState;
    else if (name.startsWith(CONSUMER_PREFIX)) this.consumers.push(backupOf(content as ArchivedConsumer));
  }

  async #write(): Promise<void> {
    const context = {
      format: 1,
      epoch: this.epoch,
      index: this.keys.length,
      extent: this.extent,
      writer: WRITER,
      writtenAt: this.#now,
    } as const;
    const segment = this.#segment.finish(context);
    const { header } = segment;
    this.#segment = new SegmentBuilder();
    this.keys.push(logKey(this.#name, this.epoch, header.index));
    await this.#bucket.append(this.#name, segment);
    this.messages += header.messages;
    this.bytes += header.bytes;
  }
}

function backupOf({ config, state }: ArchivedConsumer): ConsumerBackup {
  const { delivered, ack_floor: floor } = state;
  return {
    name: config.name,
    config,
    delivered: { consumer: delivered.consumer_seq, stream: delivered.stream_seq },
    ackFloor: { consumer: floor.consumer_seq, stream: floor.stream_seq },
  };
}

async function* piecesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
