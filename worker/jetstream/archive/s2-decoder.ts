// Reads an S2 stream as it comes, in pieces of any size: the data of its chunks, each checked by its checksum.

import { CHECKSUM_BYTES, CHUNK_HEAD_BYTES, ChunkType } from '../../s2/chunks.ts';
import { maskedCrc32c } from '../../s2/crc32c.ts';
import { ArchiveError } from './archive-error.ts';
import { ByteQueue } from './byte-queue.ts';
import { decodeBlock } from './s2-block.ts';

/** A chunk of a stream. */
export interface S2Chunk {
  readonly type: number;
  /** All of it, as it is in the stream. */
  readonly bytes: Uint8Array;
  /** Decompressed, with its checksum verified. Empty if it is not a chunk of data. */
  readonly data: Uint8Array;
}

/** Turns pieces of a stream into chunks. The stream's identifier may be missing: segments have none. */
export class S2Decoder {
  readonly #queue = new ByteQueue();
  /** How far the stream has been read, in bytes: for messages. */
  #position = 0;

  /**
   * @returns the chunks that are complete with these bytes
   * @throws ArchiveError if a chunk is damaged or unknown
   */
  push(bytes: Uint8Array): S2Chunk[] {
    this.#queue.push(bytes);
    const chunks: S2Chunk[] = [];
    while (true) {
      const head = this.#queue.peek(CHUNK_HEAD_BYTES);
      if (head === undefined) return chunks;
      const [type, low, middle, high] = head as unknown as readonly [number, number, number, number];
      const chunk = this.#queue.take(CHUNK_HEAD_BYTES + (low | (middle << 8) | (high << 16)));
      if (chunk === undefined) return chunks;
      chunks.push({ type, bytes: chunk, data: this.#dataOf(type, chunk.subarray(CHUNK_HEAD_BYTES)) });
      this.#position += chunk.length;
    }
  }

  /** @throws ArchiveError if the stream ends within a chunk */
  end(): void {
    if (this.#queue.length === 0) return;
    throw new ArchiveError(`The S2 stream is cut off: it ends within the chunk at byte ${this.#position}.`);
  }

  #dataOf(type: number, body: Uint8Array): Uint8Array {
    if (type >= ChunkType.skippable) return body.subarray(0, 0);
    if (type !== ChunkType.compressed && type !== ChunkType.uncompressed) {
      throw new ArchiveError(`Byte ${this.#position} begins no chunk of an S2 stream (type ${type}).`);
    }
    if (body.length < CHECKSUM_BYTES) {
      throw new ArchiveError(`The S2 chunk at byte ${this.#position} has no checksum.`);
    }
    const content = body.subarray(CHECKSUM_BYTES);
    const data = type === ChunkType.compressed ? decodeBlock(content) : content;
    const expected = new DataView(body.buffer, body.byteOffset).getUint32(0, true);
    if (maskedCrc32c(data) !== expected) {
      throw new ArchiveError(`The S2 chunk at byte ${this.#position} is damaged: its checksum differs.`);
    }
    return data;
  }
}

/** The chunks of a stream. */
export async function* readChunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<S2Chunk> {
  const decoder = new S2Decoder();
  for await (const bytes of source) yield* decoder.push(bytes);
  decoder.end();
}
