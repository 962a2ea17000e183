// What a container writes, as an engine streams it: frames of both its outputs, each with a header of eight bytes.

import { Transform, type TransformCallback } from 'node:stream';

const HEADER_BYTES = 8;
const LENGTH_AT = 4;

/** Passes on the content of the frames. */
export class LogFrames extends Transform {
  #rest: Buffer = Buffer.alloc(0);

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let rest = Buffer.concat([this.#rest, chunk]);
    while (rest.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + rest.readUInt32BE(LENGTH_AT);
      if (rest.length < end) break;
      this.push(rest.subarray(HEADER_BYTES, end));
      rest = rest.subarray(end);
    }
    this.#rest = rest;
    done();
  }
}
