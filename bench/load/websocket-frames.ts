// WebSocket framing (RFC 6455) as a NATS client needs it: binary frames out, masked with zeros, which spares the
// client the masking and leaves the servers all of their work; any frames in, read as a stream. Frames are made by ws;
// its receiver gathers whole messages and copies them, so reading is done here.

import { Sender } from 'ws';

const OPCODE = 0x0f;
const LENGTH = 0x7f;

const OPCODE_BINARY = 0x2;
const OPCODE_CLOSE = 0x8;
const OPCODE_PING = 0x9;
const OPCODE_PONG = 0xa;

/** In the second byte: the length follows in 16, or in 64 bits. */
const LENGTH_16 = 126;
const SHORT_HEADER_BYTES = 2;
const EXTENDED_16_BYTES = 2;
const EXTENDED_64_BYTES = 8;

/** A mask of zeros, which ws leaves out of its work. */
function maskWithZeros(mask: Buffer): void {
  mask.fill(0);
}

/** One frame as a client sends it. */
export function clientFrame(payload: Buffer, opcode = OPCODE_BINARY): Buffer {
  const parts = Sender.frame(payload, {
    fin: true,
    opcode,
    mask: true,
    generateMask: maskWithZeros,
    readOnly: true,
  });
  return Buffer.concat(parts);
}

export function pongFrame(payload: Buffer): Buffer {
  return clientFrame(payload, OPCODE_PONG);
}

export interface FrameHandlers {
  /** A piece of the stream; may be used again once this returns. */
  readonly onData: (bytes: Buffer) => void;
  readonly onPing: (payload: Buffer) => void;
  /** The code of a close frame, if it has one. */
  readonly onClose: (code: number | undefined) => void;
}

/** Reads a server's frames, however the network cut them. */
export class FrameStream {
  readonly #handlers: FrameHandlers;
  /** Of a frame whose header, or whose control payload, is not all there yet. */
  #partial = Buffer.alloc(0);
  /** Bytes left of the data frame that is being read. */
  #left = 0;

  constructor(handlers: FrameHandlers) {
    this.#handlers = handlers;
  }

  push(chunk: Buffer): void {
    const bytes = this.#partial.length === 0 ? chunk : Buffer.concat([this.#partial, chunk]);
    this.#partial = EMPTY;
    let at = 0;
    while (at < bytes.length) {
      if (this.#left > 0) {
        const end = Math.min(bytes.length, at + this.#left);
        this.#left -= end - at;
        this.#handlers.onData(bytes.subarray(at, end));
        at = end;
        continue;
      }
      const used = this.#header(bytes, at);
      if (used === 0) {
        this.#partial = Buffer.from(bytes.subarray(at));
        return;
      }
      at += used;
    }
  }

  /** Reads a header, and a control frame whole. Returns how many bytes that were; 0 when more are needed. */
  #header(bytes: Buffer, at: number): number {
    const header = readHeader(bytes, at);
    if (header === undefined) return 0;
    if (header.opcode < OPCODE_CLOSE) {
      this.#left = header.length;
      return header.bytes;
    }
    const end = at + header.bytes + header.length;
    if (bytes.length < end) return 0;
    this.#control(header.opcode, bytes.subarray(at + header.bytes, end));
    return header.bytes + header.length;
  }

  #control(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE_PING) this.#handlers.onPing(payload);
    else if (opcode === OPCODE_CLOSE)
      this.#handlers.onClose(payload.length >= EXTENDED_16_BYTES ? payload.readUInt16BE(0) : undefined);
    else if (opcode !== OPCODE_PONG) throw new Error(`a WebSocket frame has the unknown opcode ${opcode}`);
  }
}

const EMPTY = Buffer.alloc(0);

interface Header {
  readonly opcode: number;
  readonly length: number;
  /** Of the header itself. */
  readonly bytes: number;
}

function readHeader(bytes: Buffer, at: number): Header | undefined {
  const available = bytes.length - at;
  if (available < SHORT_HEADER_BYTES) return undefined;
  const opcode = (bytes[at] ?? 0) & OPCODE;
  const short = (bytes[at + 1] ?? 0) & LENGTH;
  const after = at + SHORT_HEADER_BYTES;
  if (short < LENGTH_16) return { opcode, length: short, bytes: SHORT_HEADER_BYTES };
  const extended = short === LENGTH_16 ? EXTENDED_16_BYTES : EXTENDED_64_BYTES;
  if (available < SHORT_HEADER_BYTES + extended) return undefined;
  const length = short === LENGTH_16 ? bytes.readUInt16BE(after) : Number(bytes.readBigUInt64BE(after));
  return { opcode, length, bytes: SHORT_HEADER_BYTES + extended };
}
