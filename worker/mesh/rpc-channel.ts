// A connection between two objects over RPC, for where `connect()` between them does not work: the caller gives a byte
// stream to a method of the other object, which returns one. Both ends are channels like a socket (splice.ts), and the
// platform moves the bytes.

import { type ByteChannel, closeQuietly } from './splice.ts';

/** The method of an object: takes what the caller sends, and returns what the caller is sent. */
export type StreamMethod = (fromCaller: ReadableStream<Uint8Array>) => Promise<ReadableStream<Uint8Array>>;

/** The caller's end. @throws whatever the call throws: nothing is left of the connection then */
export async function channelOverRpc(call: StreamMethod): Promise<ByteChannel> {
  const out = new IdentityTransformStream();
  try {
    return channelOf(await call(out.readable), out.writable);
  } catch (error) {
    out.writable.abort(error).catch(ignoreEnd);
    throw error;
  }
}

/**
 * The end of the object that is called.
 *
 * @param serve is given the channel, and owns it
 * @returns what the method returns
 */
export function answerOverRpc(
  fromCaller: ReadableStream<Uint8Array>,
  serve: (channel: ByteChannel) => Promise<void>,
): ReadableStream<Uint8Array> {
  const out = new IdentityTransformStream();
  const channel = channelOf(fromCaller, out.writable);
  serve(channel).catch(() => closeQuietly(channel));
  return out.readable;
}

function channelOf(readable: ReadableStream<Uint8Array>, writable: WritableStream<Uint8Array>): ByteChannel {
  return {
    readable,
    writable,
    async close() {
      // The other side may be gone, or hang: neither is waited for.
      writable.abort().catch(ignoreEnd);
      readable.cancel().catch(ignoreEnd);
    },
  };
}

/** It has ended already, or somebody reads it still and ends with it. */
function ignoreEnd(): void {}
