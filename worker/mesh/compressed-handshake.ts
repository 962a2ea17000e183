// The second half of the handshake of a route whose servers compress. A server that was told to compress answers with an
// S2 stream, and expects one from then on, beginning with the other's INFO once more.

import { concatenated } from '../s2/bytes.ts';
import { dataChunks } from '../s2/chunk-writer.ts';
import { STREAM_IDENTIFIER } from '../s2/chunks.ts';

/** A server did not begin to compress: the link may have to do without. */
export class CompressionFailedError extends Error {
  override readonly name = 'CompressionFailedError';
}

/** Of what a server said instead. */
const MOST_QUOTED_BYTES = 80;

/** A line of the protocol as a whole S2 stream. A server's own stream may follow it: each begins with the identifier. */
export function streamOf(line: string): Uint8Array<ArrayBuffer> {
  return concatenated([STREAM_IDENTIFIER, dataChunks(new TextEncoder().encode(line))]);
}

/**
 * Waits until a server compresses, which its first bytes show. The stream can be read further afterwards.
 *
 * @param before bytes that were read already
 * @param signal gives up: the stream is cancelled, for one whose other side hangs
 * @returns what of the S2 stream has been read, its identifier included
 * @throws CompressionFailedError if it ends or sends something else, such as its reason to refuse the route
 */
export async function readStreamStart(
  stream: ReadableStream<Uint8Array>,
  before: Uint8Array,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const reader = stream.getReader();
  const giveUp = () => void reader.cancel().catch(() => {});
  signal?.addEventListener('abort', giveUp);
  let bytes = before;
  try {
    for (;;) {
      checkStart(bytes);
      if (bytes.length >= STREAM_IDENTIFIER.length) return bytes;
      const { done, value } = await reader.read();
      if (done)
        throw new CompressionFailedError(
          'the connection ended, or took too long, before its server compressed',
        );
      bytes = concatenated([bytes, value]);
    }
  } finally {
    signal?.removeEventListener('abort', giveUp);
    reader.releaseLock();
  }
}

function checkStart(bytes: Uint8Array): void {
  if (STREAM_IDENTIFIER.every((byte, at) => at >= bytes.length || bytes[at] === byte)) return;
  const quoted = JSON.stringify(new TextDecoder().decode(bytes.subarray(0, MOST_QUOTED_BYTES)));
  throw new CompressionFailedError(`expected an S2 stream on the route port, got ${quoted}`);
}
