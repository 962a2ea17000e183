// Bytes that come in pieces of any size and are taken in others.

import { concatenated } from '../../s2/bytes.ts';

export class ByteQueue {
  #parts: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The queue keeps the bytes themselves: they must not change afterwards. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  /** The next bytes, which stay; undefined if there are fewer. */
  peek(count: number): Uint8Array | undefined {
    if (count > this.#length) return undefined;
    const [first] = this.#parts;
    if (first === undefined) return new Uint8Array(0);
    if (first.length >= count) return first.subarray(0, count);
    // All at once: pieces are few, and whoever peeks takes them next.
    const whole = concatenated(this.#parts);
    this.#parts = [whole];
    return whole.subarray(0, count);
  }

  /** The next bytes; undefined if there are fewer, and then all of them stay. */
  take(count: number): Uint8Array | undefined {
    const bytes = this.peek(count);
    if (bytes !== undefined) this.drop(count);
    return bytes;
  }

  /** Drops bytes that are there. */
  drop(count: number): void {
    this.#length -= count;
    while (count > 0) {
      const first = this.#parts[0] as Uint8Array;
      if (first.length > count) {
        this.#parts[0] = first.subarray(count);
        return;
      }
      this.#parts.shift();
      count -= first.length;
    }
  }
}
