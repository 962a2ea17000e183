// A leaf link between two nats-servers that cannot dial each other, spliced as a route is (splice.ts).

import { readFirstLine } from './first-line.ts';
import { LEAF_USER_AT_REGION, LEAF_USER_AT_SESSION, leafGreeting } from './leaf-handshake.ts';
import { parseInfoLine } from './route-handshake.ts';
import { type ByteChannel, closeQuietly, pump, type Splice, write } from './splice.ts';

/** One end: a connection to a server's leaf port, and the password that it asks for there. */
export interface LeafEnd {
  readonly channel: ByteChannel;
  readonly password: string;
}

const NOTHING = new Uint8Array(0);

/**
 * Joins a session's server to a region's, which is the hub. If the promise rejects, because a handshake takes longer than
 * `handshakeTimeoutMs` or fails, both channels are closed, and nothing of the link is left.
 *
 * @throws RouteRefusedError when a server or the region's object refuses; Error when a side ends, is late or sends something else
 */
export async function spliceLeaf(
  session: LeafEnd,
  region: LeafEnd,
  handshakeTimeoutMs: number,
): Promise<Splice> {
  const hangUp = () => {
    closeQuietly(session.channel);
    closeQuietly(region.channel);
  };
  const timer = setTimeout(hangUp, handshakeTimeoutMs);
  try {
    const [ofSession, ofRegion] = await Promise.all([read(session, NOTHING), read(region, NOTHING)]);
    const toSession = { user: LEAF_USER_AT_SESSION, password: session.password };
    const toRegion = { user: LEAF_USER_AT_REGION, password: region.password };
    await Promise.all([
      write(session.channel, leafGreeting(ofRegion.info, toSession, true), NOTHING),
      write(region.channel, leafGreeting(ofSession.info, toRegion, false), NOTHING),
    ]);
    // A server that takes a leaf link says its INFO once more. That is for who dialled, which neither of them did.
    const [fromSession, fromRegion] = await Promise.all([
      read(session, ofSession.rest),
      read(region, ofRegion.rest),
    ]);
    await Promise.all([
      write(session.channel, '', fromRegion.rest),
      write(region.channel, '', fromSession.rest),
    ]);
    const stop = new AbortController();
    return {
      remoteServerId: ofRegion.info.server_id,
      ended: pump(session.channel, region.channel, stop),
      close: () => stop.abort(),
    };
  } catch (error) {
    hangUp();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function read({ channel }: LeafEnd, before: Uint8Array) {
  const { line, rest } = await readFirstLine(channel.readable, { before });
  return { info: parseInfoLine(line), rest };
}
