// A route between two nats-servers that cannot dial each other: this side dials the route ports of both, shakes
// hands with each on behalf of the other, and from then on only forwards bytes. It does so natively (`pipeTo` between
// two sockets), so no message passes through JavaScript. If the route is compressed, it is by the servers.

import { withTimeout } from '../../waiting/with-timeout.ts';
import { readStreamStart, streamOf } from './compressed-handshake.ts';
import { type FirstLine, readFirstLine } from './first-line.ts';
import { type Agreed, agreeOn, type RouteCompression } from './route-compression.ts';
import {
  greetingFrom,
  infoLineFrom,
  parseInfoLine,
  type RouteInfo,
  type RouteShare,
} from './route-handshake.ts';

/**
 * A connection, such as a `Socket`: bytes both ways, in order. It may still be connecting when it is handed over, and
 * connecting may fail: that failure, like every later one, shows only as a readable that ends or errors and a writable
 * that errors.
 *
 * The code that is given a channel owns it from then on: no other code may lock its streams, or has to close it.
 */
export interface ByteChannel {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  /** May be called at any time and more than once; rejects or does nothing if there is nothing left to close. */
  close(): Promise<void>;
}

/** A route, or a leaf link, in operation. It owns both of its channels until `ended`, by when both are closed. */
export interface Splice {
  /** Id of the server at the other end, as `/routez` shows it. */
  readonly remoteServerId: string;
  /**
   * How many routes the two servers need for accounts that share them, this one included, beside one for the system account: until
   * all are there, they do not pass everything on. Absent or 0: this one is for everything.
   */
  readonly poolSize?: number;
  /** How it is compressed, if it is a route. */
  readonly agreed?: Agreed;
  /**
   * Resolves when the route has ended, for whatever reason: a server closed its side, a connection broke, `close` was
   * called. Never rejects: its owner establishes a new one.
   */
  readonly ended: Promise<void>;
  /** Ends it; `ended` resolves soon after. Bytes that are still in the channels may be lost. */
  close(): void;
}

export interface SpliceOptions {
  /** The most that the handshake may take. */
  readonly handshakeTimeoutMs: number;
  /** Both servers have to be able to. Absent: not compressed. */
  readonly compression?: RouteCompression;
  /** What it is for, if it is not the first route of the two servers. */
  readonly share?: RouteShare;
}

/** A channel sends the end of its stream at once, unless its other side hangs and reads nothing. */
const END_WITHIN_MS = 1_000;

/**
 * Joins two servers' route ports, and takes over both channels. If the handshake takes longer than
 * `handshakeTimeoutMs` or fails, both channels are closed, and nothing of the route is left.
 *
 * @throws RouteRefusedError when the peer refuses; CompressionFailedError when a server does not compress although it
 *   said that it would; Error when a side ends, is late or sends something else
 */
export async function splice(
  local: ByteChannel,
  peer: ByteChannel,
  { handshakeTimeoutMs, compression: wanted = 'off', share = {} }: SpliceOptions,
): Promise<Splice> {
  const gaveUp = new AbortController();
  const { signal } = gaveUp;
  // A socket has to be closed before anything of it is cancelled; other channels end only by that if their other side hangs.
  const hangUp = () => void Promise.all([end(local), end(peer)]).then(() => gaveUp.abort());
  const timer = setTimeout(hangUp, handshakeTimeoutMs);
  try {
    const [fromLocal, fromPeer] = await Promise.all([
      readFirstLine(local.readable, { signal }),
      readFirstLine(peer.readable, { signal }),
    ]);
    const localEnd: End = { channel: local, info: parseInfoLine(fromLocal.line), said: fromLocal, share };
    const peerEnd: End = { channel: peer, info: parseInfoLine(fromPeer.line), said: fromPeer, share };
    const agreed = agreeOn(wanted, [localEnd.info, peerEnd.info]);
    await (agreed.compression === 'off'
      ? joinPlain(localEnd, peerEnd, signal)
      : joinCompressed(localEnd, peerEnd, agreed.compression, signal));
    const stop = new AbortController();
    return {
      agreed,
      poolSize: poolSizeOf(localEnd.info, peerEnd.info),
      remoteServerId: peerEnd.info.server_id,
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

/** A server that has said its INFO. */
interface End {
  readonly channel: ByteChannel;
  readonly info: RouteInfo;
  readonly said: FirstLine;
  readonly share: RouteShare;
}

/** As nats-server has it (route.go, `effectivePoolSize`): the larger, so that their images may differ; none if one wants none. */
function poolSizeOf(...infos: readonly RouteInfo[]): number {
  const sizes = infos.map(({ route_pool_size: size = 0 }) => Math.max(0, size));
  return sizes.includes(0) ? 0 : Math.max(...sizes);
}

async function joinPlain(local: End, peer: End, signal: AbortSignal): Promise<void> {
  await Promise.all([greetPlainly(local, peer, signal), greetPlainly(peer, local, signal)]);
}

/** A server that would compress is told that the other does not, as one that says nothing of it is passed on. */
function greetPlainly(to: End, from: End, signal: AbortSignal): Promise<void> {
  const compression = from.info.compression === undefined ? undefined : 'off';
  const greeting = greetingFrom(from.info, compression, from.share);
  return write(to.channel, greeting, from.said.rest, signal);
}

async function joinCompressed(
  local: End,
  peer: End,
  compression: RouteCompression,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all([
    write(local.channel, greetingFrom(peer.info, compression, peer.share), NOTHING, signal),
    write(peer.channel, greetingFrom(local.info, compression, local.share), NOTHING, signal),
  ]);
  const [ofLocal, ofPeer] = await Promise.all([
    readStreamStart(local.channel.readable, local.said.rest, signal),
    readStreamStart(peer.channel.readable, peer.said.rest, signal),
  ]);
  await Promise.all([
    writeBytes(local.channel, [streamOf(infoLineFrom(peer.info, compression, peer.share)), ofPeer], signal),
    writeBytes(peer.channel, [streamOf(infoLineFrom(local.info, compression, local.share)), ofLocal], signal),
  ]);
}

const NOTHING = new Uint8Array(0);

/**
 * Forwards bytes both ways until either side ends or `stop` is aborted, then closes both: half a route is of no use.
 * Never rejects.
 */
export async function pump(
  one: ByteChannel,
  other: ByteChannel,
  stop: AbortController = new AbortController(),
): Promise<void> {
  // A socket that is being piped, or whose writable was aborted by a pipe, sends no end of stream, and its close()
  // does nothing (workerd 2026-11-17). So the pipes are stopped first, without aborting the writables.
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

/** Closes a channel that may be closed or broken already. */
export function closeQuietly(channel: ByteChannel): void {
  void end(channel);
}

async function end(channel: ByteChannel): Promise<void> {
  // The writable first: once a pipe was aborted, only this still sends the end of stream.
  await withTimeout(channel.writable.close(), END_WITHIN_MS, 'it hangs').catch(ignoreBrokenConnection);
  await channel.close().catch(ignoreBrokenConnection);
}

/** A broken connection ends the route, which `ended` reports; the route's owner re-establishes it. */
function ignoreBrokenConnection(): void {}

/** The channel can be written to further afterwards, unless `signal` gives up. */
export function write(
  channel: ByteChannel,
  text: string,
  rest: Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  return writeBytes(channel, [new TextEncoder().encode(text), rest], signal);
}

async function writeBytes(
  { writable }: ByteChannel,
  parts: readonly Uint8Array[],
  signal?: AbortSignal,
): Promise<void> {
  const writer = writable.getWriter();
  const giveUp = () => void writer.abort().catch(ignoreBrokenConnection);
  signal?.addEventListener('abort', giveUp);
  try {
    for (const part of parts) if (part.length > 0) await writer.write(part);
  } finally {
    signal?.removeEventListener('abort', giveUp);
    writer.releaseLock();
  }
}
