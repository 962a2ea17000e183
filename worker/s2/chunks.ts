// The framing of an S2 stream (that of Snappy, with S2's identifier): its identifier, and chunks of data that are not
// compressed. nats-server writes its archives and its compressed routes in it.

import { maskedCrc32c } from './crc32c.ts';

/** Types of chunks: the first byte of each. */
export const ChunkType = {
  compressed: 0x00,
  uncompressed: 0x01,
  /** The first of those that a reader skips if it doesn't know them; up to 0x7f it must refuse. */
  skippable: 0x80,
  streamIdentifier: 0xff,
} as const;

/** Type, and length of the rest in three bytes. */
export const CHUNK_HEAD_BYTES = 4;

/** Of data, before its bytes. */
export const CHECKSUM_BYTES = 4;

/** The most that a reader of Snappy takes in one chunk; one of S2 takes more. */
export const MAX_DATA_BYTES = 65_536;

/** The length of a chunk has 24 bits. */
export const MAX_CHUNK_BYTES = 2 ** 24 - 1;

/** The first chunk of a stream; nats-server does not take a stream without it. */
export const STREAM_IDENTIFIER: Uint8Array = Uint8Array.of(
  0xff,
  6,
  0,
  0,
  ...new TextEncoder().encode('S2sTwO'),
);

/** Writes what is before the data of a chunk, whose data is in its place already. */
export function sealDataChunk(chunk: Uint8Array): void {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  putChunkHead(view, 0, ChunkType.uncompressed, chunk.length - CHUNK_HEAD_BYTES);
  view.setUint32(CHUNK_HEAD_BYTES, maskedCrc32c(chunk.subarray(CHUNK_HEAD_BYTES + CHECKSUM_BYTES)), true);
}

/** Writes type and length of a chunk. */
export function putChunkHead(view: DataView, at: number, type: number, length: number): void {
  view.setUint8(at, type);
  view.setUint16(at + 1, length & 0xffff, true);
  view.setUint8(at + 3, length >>> 16);
}
