// A segment: what one object in the bucket contains. First a chunk with its header, which nats-server skips, then chunks
// with messages as entries of an archive. Neither magic bytes nor an end: those are the archive's that is put together
// from segments.

import { concatenated } from '../../s2/bytes.ts';
import { ChunkWriter } from '../../s2/chunk-writer.ts';
import { CHUNK_HEAD_BYTES } from '../../s2/chunks.ts';
import { parseSegmentHeader } from '../manifest/parse.ts';
import type { SegmentHeader } from '../manifest/segment-header.ts';
import { ArchiveError } from './archive-error.ts';
import { type ArchiveEntry, messageBytes, writeEntry } from './entry.ts';
import { EntryParser } from './entry-parser.ts';
import { readChunks } from './s2-decoder.ts';
import { HEADER_CHUNK, skippableChunk } from './skippable-chunk.ts';

/** What a segment's header says about its messages. */
export type ContentSummary = Pick<
  SegmentHeader,
  'first' | 'last' | 'messages' | 'bytes' | 'firstAt' | 'lastAt' | 'lastTimestamp'
>;

/** The rest of the header: what the writer knows. */
export type SegmentContext = Omit<SegmentHeader, keyof ContentSummary>;

const NO_MESSAGES: ContentSummary = {
  first: 0,
  last: 0,
  messages: 0,
  bytes: 0,
  firstAt: 0,
  lastAt: 0,
  lastTimestamp: '0',
};

/** Counts the messages of a segment. */
export class SegmentSummarizer {
  #first: ArchivePlace | undefined;
  #last: ArchivePlace | undefined;
  #messages = 0;
  #bytes = 0;

  /** Of the messages so far. */
  get bytes(): number {
    return this.#bytes;
  }

  get summary(): ContentSummary {
    if (this.#first === undefined || this.#last === undefined) return NO_MESSAGES;
    return {
      first: this.#first.sequence,
      last: this.#last.sequence,
      messages: this.#messages,
      bytes: this.#bytes,
      firstAt: Number(this.#first.timestampNs / 1_000_000n),
      lastAt: Number(this.#last.timestampNs / 1_000_000n),
      lastTimestamp: String(this.#last.timestampNs),
    };
  }

  /** @throws ArchiveError if its sequence is not above that of the one before */
  add(entry: ArchiveEntry): void {
    const last = this.#last?.sequence ?? 0;
    if (entry.sequence <= last) {
      throw new ArchiveError(`Message ${entry.sequence} can't follow message ${last} in a segment.`);
    }
    this.#last = { sequence: entry.sequence, timestampNs: entry.timestampNs };
    this.#first ??= this.#last;
    this.#messages++;
    this.#bytes += messageBytes(entry);
  }
}

type ArchivePlace = Pick<ArchiveEntry, 'sequence' | 'timestampNs'>;

/** A segment as it is written into the bucket. */
export interface NewSegment {
  readonly header: SegmentHeader;
  /** Its bytes, one piece after the other. Whoever writes them takes them out, so that they need no memory any longer. */
  readonly pieces: Uint8Array<ArrayBuffer>[];
  /** Of all pieces, in bytes. */
  readonly size: number;
}

/** Collects the messages of a segment, and counts them. */
export class SegmentBuilder {
  readonly #writer = new ChunkWriter();
  readonly #summarizer = new SegmentSummarizer();

  /** Bytes of the messages so far: the segment will be a little larger. */
  get size(): number {
    return this.#summarizer.bytes;
  }

  get summary(): ContentSummary {
    return this.#summarizer.summary;
  }

  /**
   * The bytes of the entry are copied.
   *
   * @throws ArchiveError if its sequence is not above that of the one before
   */
  add(entry: ArchiveEntry): void {
    this.#summarizer.add(entry);
    writeEntry(this.#writer, entry);
  }

  /** The segment; nothing can be added afterwards. `context` is what it says of itself. */
  finish(context: SegmentContext): NewSegment {
    const header: SegmentHeader = { ...context, ...this.summary };
    const pieces = [encodeSegmentHeader(header), ...this.#writer.takeAll()];
    return { header, pieces, size: pieces.reduce((sum, { length }) => sum + length, 0) };
  }
}

/** A segment in one go: what its header says about the messages is counted. */
export function encodeSegment(
  context: SegmentContext,
  entries: Iterable<ArchiveEntry>,
): Uint8Array<ArrayBuffer> {
  const builder = new SegmentBuilder();
  for (const entry of entries) builder.add(entry);
  return concatenated(builder.finish(context).pieces);
}

/** The chunk that a segment begins with. */
export function encodeSegmentHeader(header: SegmentHeader): Uint8Array<ArrayBuffer> {
  return skippableChunk(HEADER_CHUNK, new TextEncoder().encode(JSON.stringify(header)));
}

/** The header of a segment, and how many bytes it takes: behind it are the messages. */
export interface HeaderChunk {
  readonly header: SegmentHeader;
  readonly size: number;
}

/**
 * How long the header of a segment is, all of it.
 *
 * @param start at least the first four bytes
 * @throws ArchiveError if this is no segment
 */
export function headerChunkSize(start: Uint8Array): number {
  const [type, low, middle, high] = start;
  if (type !== HEADER_CHUNK || low === undefined || middle === undefined || high === undefined) {
    throw new ArchiveError('This is no segment: it does not begin with a header.');
  }
  return CHUNK_HEAD_BYTES + (low | (middle << 8) | (high << 16));
}

/**
 * @param bytes at least the first `headerChunkSize` of a segment
 * @throws ArchiveError if it is not a header, or not all of it
 */
export function readSegmentHeader(bytes: Uint8Array): HeaderChunk {
  const size = headerChunkSize(bytes);
  if (bytes.length < size) {
    throw new ArchiveError(`The header of the segment is cut off: ${bytes.length} of ${size} bytes.`);
  }
  const text = new TextDecoder().decode(bytes.subarray(CHUNK_HEAD_BYTES, size));
  const parsed = parseSegmentHeader(text);
  if (!parsed.ok)
    throw new ArchiveError(`The header of the segment is not as it should be: ${parsed.problem}`);
  return { header: parsed.value, size };
}

/** The messages of a segment, in the order of their sequences, as many at a time as came together. */
export async function* readSegment(source: AsyncIterable<Uint8Array>): AsyncGenerator<ArchiveEntry[]> {
  const parser = new EntryParser();
  for await (const { data } of readChunks(source)) {
    const entries = parser.push(data);
    if (entries.length > 0) yield entries;
  }
  parser.end();
}
