// Decodes one compressed block of S2, which is Snappy's format with repeated offsets (klauspost/compress,
// s2/decode_other.go). nats-server compresses its snapshots; packages for Snappy refuse the repeats.

import { ArchiveError } from './archive-error.ts';

const MAX_BLOCK_BYTES = 4 * 2 ** 20;

/** @throws ArchiveError if it is not a block */
export function decodeBlock(block: Uint8Array): Uint8Array<ArrayBuffer> {
  const input = new BlockInput(block);
  const size = input.uvarint();
  if (size > MAX_BLOCK_BYTES) throw corrupt(`says that it has ${size} bytes`);
  const output = new Uint8Array(size);
  let written = 0;
  let offset = 0;
  while (!input.atEnd) {
    const tag = input.little(1);
    const kind = tag & 3;
    const upper = tag >>> 2;
    if (kind === 0) {
      const length = (upper < 60 ? upper : input.little(upper - 59)) + 1;
      if (length > size - written) throw corrupt('has more than it says');
      output.set(input.take(length), written);
      written += length;
      continue;
    }
    let length = upper + 1;
    if (kind === 1) {
      const near = ((tag & 0xe0) << 3) | input.little(1);
      length = (upper & 7) + 4;
      if (near === 0) length = repeatLength(upper & 7, input);
      else offset = near;
    } else {
      offset = input.little(kind === 2 ? 2 : 4);
    }
    if (offset === 0 || offset > written) throw corrupt('refers to what is before it');
    if (length > size - written) throw corrupt('has more than it says');
    copyWithin(output, written, offset, length);
    written += length;
  }
  if (written !== size) throw corrupt(`has ${written} bytes in place of ${size}`);
  return output;
}

/** Where the offset is zero, it is the one before, and the length has another form. */
function repeatLength(short: number, input: BlockInput): number {
  if (short === 5) return input.little(1) + 8;
  if (short === 6) return input.little(2) + 2 ** 8 + 4;
  if (short === 7) return input.little(3) + 2 ** 16 + 4;
  return short + 4;
}

/** What is copied may overlap what it is copied from: then it repeats. */
function copyWithin(output: Uint8Array, to: number, offset: number, length: number): void {
  if (offset >= length) {
    output.copyWithin(to, to - offset, to - offset + length);
    return;
  }
  for (let n = 0; n < length; n++) output[to + n] = output[to + n - offset] as number;
}

class BlockInput {
  #at = 0;
  readonly #block: Uint8Array;

  constructor(block: Uint8Array) {
    this.#block = block;
  }

  get atEnd(): boolean {
    return this.#at >= this.#block.length;
  }

  take(length: number): Uint8Array {
    if (length > this.#block.length - this.#at) throw corrupt('is cut off');
    this.#at += length;
    return this.#block.subarray(this.#at - length, this.#at);
  }

  /** A number of so many bytes, the lowest first. */
  little(bytes: number): number {
    return this.take(bytes).reduceRight((number, byte) => number * 256 + byte, 0);
  }

  uvarint(): number {
    let number = 0;
    for (let factor = 1; factor < 2 ** 35; factor *= 128) {
      const byte = this.little(1);
      number += (byte & 0x7f) * factor;
      if (byte < 0x80) return number;
    }
    throw corrupt('has no size');
  }
}

function corrupt(what: string): ArchiveError {
  return new ArchiveError(`A compressed block ${what}: it is damaged.`);
}
