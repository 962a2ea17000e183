// Reads the first line of a byte stream and leaves the rest unread.

import { MAX_LINE_BYTES } from './route-handshake.ts';

const NEWLINE = 0x0a;

/** The first line, without its line end, and the bytes after it that were read along with it. */
export interface FirstLine {
  readonly line: string;
  readonly rest: Uint8Array;
}

export interface ReadOptions {
  /** Bytes of the line that were read already: the `rest` of the line before it. */
  readonly before?: Uint8Array;
  /** Gives up: the stream is cancelled, for one whose other side hangs. */
  readonly signal?: AbortSignal;
}

/**
 * The stream can be read further afterwards.
 *
 * @throws Error when it ends, or becomes too long, before a line end
 */
export async function readFirstLine(
  stream: ReadableStream<Uint8Array>,
  { before = new Uint8Array(0), signal }: ReadOptions = {},
): Promise<FirstLine> {
  const reader = stream.getReader();
  const giveUp = () => void reader.cancel().catch(() => {});
  signal?.addEventListener('abort', giveUp);
  let bytes = before;
  try {
    for (;;) {
      const end = bytes.indexOf(NEWLINE);
      if ((end >= 0 ? end : bytes.length) > MAX_LINE_BYTES)
        throw new Error(`the first line is longer than ${MAX_LINE_BYTES} bytes`);
      if (end >= 0) {
        const line = new TextDecoder().decode(bytes.subarray(0, end)).trimEnd();
        return { line, rest: bytes.subarray(end + 1) };
      }
      const { done, value } = await reader.read();
      if (done) throw new Error('the connection ended before its first line');
      bytes = concat(bytes, value);
    }
  } finally {
    signal?.removeEventListener('abort', giveUp);
    reader.releaseLock();
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
