// What of a segment belongs into an archive: chunks of data for nats-server, either as they are or only with some of the
// messages. Either way every checksum is verified.

import { concatenated } from './bytes.ts';
import { type ArchiveEntry, encodeEntry } from './entry.ts';
import { EntryParser } from './entry-parser.ts';
import { ChunkType, dataChunks, MAX_DATA_BYTES } from './s2-chunks.ts';
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
  let open: Uint8Array[] = [];
  let openBytes = 0;
  for await (const entries of readSegment(source)) {
    for (const entry of entries) {
      if (!keep(entry)) continue;
      const encoded = encodeEntry(entry);
      open.push(encoded);
      openBytes += encoded.length;
    }
    if (openBytes < MAX_DATA_BYTES) continue;
    yield dataChunks(concatenated(open));
    open = [];
    openBytes = 0;
  }
  if (openBytes > 0) yield dataChunks(concatenated(open));
}
