// Chunks of an S2 stream that every reader skips: where a segment has what is ours.

import { concatenated } from '../../s2/bytes.ts';
import { CHUNK_HEAD_BYTES, MAX_CHUNK_BYTES, putChunkHead } from '../../s2/chunks.ts';
import { ArchiveError } from './archive-error.ts';

/** The type of the chunk that is the header of a segment. */
export const HEADER_CHUNK = 0x9e;

/**
 * A chunk that nats-server skips.
 *
 * @throws ArchiveError if the bytes are more than a chunk can have
 */
export function skippableChunk(type: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length > MAX_CHUNK_BYTES) {
    throw new ArchiveError(`A chunk has at most ${MAX_CHUNK_BYTES} bytes, not ${bytes.length}.`);
  }
  const head = new Uint8Array(CHUNK_HEAD_BYTES);
  putChunkHead(new DataView(head.buffer), 0, type, bytes.length);
  return concatenated([head, bytes]);
}
