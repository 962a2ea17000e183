// Bytes become chunks of data as they come: each is copied once, to where it stays.

import { concatenated } from './bytes.ts';
import { CHECKSUM_BYTES, CHUNK_HEAD_BYTES, MAX_DATA_BYTES, sealDataChunk } from './chunks.ts';

const BEFORE_DATA = CHUNK_HEAD_BYTES + CHECKSUM_BYTES;

export class ChunkWriter {
  #closed: Uint8Array<ArrayBuffer>[] = [];
  #open: Uint8Array<ArrayBuffer> | undefined;
  #at = BEFORE_DATA;

  /** Copies the bytes behind those before. */
  write(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      this.#open ??= new Uint8Array(BEFORE_DATA + MAX_DATA_BYTES);
      const part = bytes.subarray(from, from + this.#open.length - this.#at);
      this.#open.set(part, this.#at);
      this.#at += part.length;
      from += part.length;
      if (this.#at === this.#open.length) this.#close(this.#open);
    }
  }

  /** The chunks that are full, or were closed, since the last call: whoever takes them has them alone. */
  take(): Uint8Array<ArrayBuffer>[] {
    const taken = this.#closed;
    this.#closed = [];
    return taken;
  }

  /** As `take`, with what is not a full chunk yet. */
  takeAll(): Uint8Array<ArrayBuffer>[] {
    if (this.#open !== undefined) this.#close(this.#open.subarray(0, this.#at));
    return this.take();
  }

  #close(chunk: Uint8Array<ArrayBuffer>): void {
    sealDataChunk(chunk);
    this.#closed.push(chunk);
    this.#open = undefined;
    this.#at = BEFORE_DATA;
  }
}

/** The bytes as chunks of data. */
export function dataChunks(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const writer = new ChunkWriter();
  writer.write(bytes);
  return concatenated(writer.takeAll());
}
