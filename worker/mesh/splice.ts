// A route between two nats-servers that cannot dial each other: this side dials the route ports of both, shakes
// hands with each in the name of the other, and then only pumps. The pumps are native (`pipeTo` between two
// sockets), so no message passes through JavaScript.

import { readFirstLine } from './first-line.ts';
import { greetingFrom, parseInfoLine } from './route-handshake.ts';

/**
 * A connection: bytes both ways, in order, as `Socket` is one. It may still be on its way when it is handed over, and
 * it may never come about: a failure to connect, and every later one, shows as a readable that ends or errors and as
 * a writable that errors, never in another way.
 *
 * Whoever is given a channel owns it from then on: both of its streams, which nobody else may lock, and its end.
 */
export interface ByteChannel {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  /** May be called at any time and more than once; rejects or does nothing where there is nothing left to close. */
  close(): Promise<void>;
}

/** A route in operation. It owns both of its channels until `ended`, by when both are closed. */
export interface Splice {
  /** Id of the server at the other end, as `/routez` shows it. */
  readonly remoteServerId: string;
  /**
   * Resolves when the route is over, whoever ended it and why: a server that closed its side, a connection that broke,
   * `close`. Never rejects: whoever wants the route makes a new one.
   */
  readonly ended: Promise<void>;
  /** Ends it; `ended` resolves soon after. What is under way in the channels may be lost. */
  close(): void;
}

/**
 * Joins two servers' route ports, and takes both channels over. What has not shaken hands within
 * `handshakeTimeoutMs` has failed. On failure both channels are closed, and nothing of the route is left.
 *
 * @throws RouteRefusedError when the peer says no; Error when a side ends, is late or says something else
 */
export async function splice(
  local: ByteChannel,
  peer: ByteChannel,
  handshakeTimeoutMs: number,
): Promise<Splice> {
  const hangUp = () => {
    closeQuietly(local);
    closeQuietly(peer);
  };
  const timer = setTimeout(hangUp, handshakeTimeoutMs);
  try {
    const [fromLocal, fromPeer] = await Promise.all([
      readFirstLine(local.readable),
      readFirstLine(peer.readable),
    ]);
    const localInfo = parseInfoLine(fromLocal.line);
    const peerInfo = parseInfoLine(fromPeer.line);
    await Promise.all([
      write(local, greetingFrom(peerInfo), fromPeer.rest),
      write(peer, greetingFrom(localInfo), fromLocal.rest),
    ]);
    const stop = new AbortController();
    return {
      remoteServerId: peerInfo.server_id,
      ended: pump(local, peer, stop),
      close: () => stop.abort(),
    };
  } catch (error) {
    hangUp();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Passes bytes both ways until either side ends or `stop` is aborted, then closes both: a route has no use for
 * half of itself. Never rejects.
 */
export async function pump(
  one: ByteChannel,
  other: ByteChannel,
  stop: AbortController = new AbortController(),
): Promise<void> {
  // A socket that is being piped, or whose writable a pipe has aborted, sends no end of stream, and its close()
  // does nothing (workerd 2026-11-17): so the pipes let go first, and leave the writables whole.
  const options = { signal: stop.signal, preventAbort: true };
  const both = [
    one.readable.pipeTo(other.writable, options).catch(ignoreBrokenConnection),
    other.readable.pipeTo(one.writable, options).catch(ignoreBrokenConnection),
  ];
  await Promise.race(both);
  stop.abort();
  await Promise.all(both);
  await Promise.all([end(one), end(other)]);
}

/** Closes a channel that may be closed, or broken, already. */
export function closeQuietly(channel: ByteChannel): void {
  void end(channel);
}

async function end(channel: ByteChannel): Promise<void> {
  // The writable first: after a pipe was aborted, only this still sends the end of stream.
  await channel.writable.close().catch(ignoreBrokenConnection);
  await channel.close().catch(ignoreBrokenConnection);
}

/** A connection that breaks is how a route ends, which `ended` says; whoever keeps the route makes it again. */
function ignoreBrokenConnection(): void {}

async function write({ writable }: ByteChannel, text: string, rest: Uint8Array): Promise<void> {
  const writer = writable.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    if (rest.length > 0) await writer.write(rest);
  } finally {
    writer.releaseLock();
  }
}
