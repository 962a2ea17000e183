// Reads what a nats-server sends, fast enough for a benchmark: messages are counted in place and nothing is copied,
// except a control line that is split between two chunks.

export interface NatsHandlers {
  /** A whole message has arrived. `reply` is set where the message wants an answer and `wantsReply` is true. */
  readonly onMessage: (payloadBytes: number, reply: string) => void;
  readonly wantsReply: boolean;
  readonly onPing: () => void;
  readonly onPong: () => void;
  readonly onInfo: (json: string) => void;
  /** `-ERR`, with the server's words. */
  readonly onError: (text: string) => void;
}

const LF = 0x0a;
const SPACE = 0x20;
const ZERO = 0x30;
const CRLF_BYTES = 2;
const M = 0x4d;
const NOTHING = Buffer.alloc(0);

/** Parts of `MSG subject sid reply size`. */
const PARTS_WITH_REPLY = 5;

export class NatsStream {
  readonly #handlers: NatsHandlers;
  #partial = NOTHING;
  /** Bytes left of the message that is being skipped, its line end included. */
  #left = 0;
  #size = 0;
  #reply = '';

  constructor(handlers: NatsHandlers) {
    this.#handlers = handlers;
  }

  /** The chunk may be used again as soon as this returns. */
  push(chunk: Buffer): void {
    const end = chunk.length;
    let at = this.#left > 0 ? this.#skip(0, end) : 0;
    while (at < end) {
      let lineEnd = at;
      while (lineEnd < end && chunk[lineEnd] !== LF) lineEnd++;
      if (lineEnd === end) {
        this.#partial = Buffer.concat([this.#partial, chunk.subarray(at)]);
        return;
      }
      if (this.#partial.length === 0) this.#line(chunk, at, lineEnd);
      else {
        const line = Buffer.concat([this.#partial, chunk.subarray(at, lineEnd)]);
        this.#partial = NOTHING;
        this.#line(line, 0, line.length);
      }
      at = lineEnd + 1;
      if (this.#left > 0) at = this.#skip(at, end);
    }
  }

  #skip(at: number, end: number): number {
    const count = Math.min(this.#left, end - at);
    this.#left -= count;
    if (this.#left === 0) this.#handlers.onMessage(this.#size, this.#reply);
    return at + count;
  }

  /** A control line without its LF; its CR is still there. */
  #line(bytes: Buffer, start: number, end: number): void {
    if (bytes[start] === M) this.#message(bytes, start, end - 1);
    else this.#other(bytes.toString('latin1', start, end - 1));
  }

  #other(text: string): void {
    if (text === 'PING') this.#handlers.onPing();
    else if (text === 'PONG') this.#handlers.onPong();
    else if (text.startsWith('INFO ')) this.#handlers.onInfo(text.slice('INFO '.length));
    else if (text.startsWith('-ERR')) this.#handlers.onError(text.slice('-ERR'.length).trim());
    else if (text !== '+OK') this.#handlers.onError(`unexpected line ${JSON.stringify(text.slice(0, 80))}`);
  }

  #message(bytes: Buffer, start: number, end: number): void {
    let size = 0;
    let scale = 1;
    for (let at = end - 1; at > start && bytes[at] !== SPACE; at--) {
      size += ((bytes[at] ?? ZERO) - ZERO) * scale;
      scale *= 10;
    }
    this.#size = size;
    this.#left = size + CRLF_BYTES;
    if (!this.#handlers.wantsReply) return;
    const parts = bytes.toString('latin1', start, end).split(' ');
    this.#reply = parts.length === PARTS_WITH_REPLY ? (parts[3] ?? '') : '';
  }
}
