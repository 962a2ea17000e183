// What of a segment belongs into an archive: chunks of data for nats-server, either as they are or only with some of the
// messages. Either way every checksum is verified.

import { ChunkWriter } from '../../s2/chunk-writer.ts';
import { ChunkType } from '../../s2/chunks.ts';
import { type ArchiveEntry, writeEntry } from './entry.ts';
import { EntryParser } from './entry-parser.ts';
import { readChunks } from './s2-decoder.ts';
import { readSegment } from './segment.ts';

/**
 * The chunks of a segment as they are, without its header.
 *
 * @param count told how many messages have passed
 */
export async function* wholeSegment(
  source: AsyncIterable<Uint8Array>,
  count: (messages: number) => void = () => {},
): AsyncGenerator<Uint8Array> {
  const parser = new EntryParser();
  for await (const { type, bytes, data } of readChunks(source)) {
    if (type >= ChunkType.skippable) continue;
    count(parser.push(data).length);
    yield bytes;
  }
  parser.end();
}

/**
 * The messages of a segment that are to be kept.
 *
 * @param keep asked about each message, in the order of their sequences
 */
export async function* filterSegment(
  source: AsyncIterable<Uint8Array>,
  keep: (entry: ArchiveEntry) => boolean,
): AsyncGenerator<Uint8Array> {
  const writer = new ChunkWriter();
  for await (const entries of readSegment(source)) {
    for (const entry of entries) if (keep(entry)) writeEntry(writer, entry);
    yield* writer.take();
  }
  yield* writer.takeAll();
}
