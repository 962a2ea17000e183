// Joins two nats-servers as the object of a region would: it dials both, shakes hands with each on behalf of the other,
// and passes bytes on. As a route, with the Worker's own greeting, or as a leaf link. In Node and not in workerd: both kinds
// of link go through the same pump, so that they differ by nothing else.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { LOOPBACK } from '../../local/listen.ts';
import { greetingFrom, parseInfoLine, type RouteInfo } from '../../worker/mesh/route-handshake.ts';

export interface Link {
  /** Resolves when it has ended, whoever ended it. */
  readonly ended: Promise<void>;
  close(): void;
}

type Greeting = (peer: RouteInfo, isHub: boolean) => string;

/** @param own port of the server in the middle @param other port of the one that joins it */
export function spliceRoute(own: number, other: number): Promise<Link> {
  return splice(own, other, (peer) => greetingFrom(peer), false);
}

/** The own server is the hub, and passes on what its member is interested in. */
export function spliceLeaf(own: number, other: number): Promise<Link> {
  return splice(own, other, leafGreeting, true);
}

/**
 * What a server is sent so that it accepts the connection as a leaf link of `peer` (nats-server's leafnode.go). It was
 * dialled by neither, so one of them is told that the other is the hub, and becomes the spoke.
 */
function leafGreeting(peer: RouteInfo, isHub: boolean): string {
  const connect = {
    version: peer.version,
    server_id: peer.server_id,
    name: peer.server_name,
    cluster: peer.cluster,
    headers: true,
    protocol: 1,
    jetstream: true,
    remote_account: '$G',
    ...(isHub && { is_hub: true }),
  };
  return `CONNECT ${JSON.stringify(connect)}\r\n`;
}

async function splice(own: number, other: number, greeting: Greeting, answersInfo: boolean): Promise<Link> {
  const sockets = [connect(own, LOOPBACK), connect(other, LOOPBACK)] as const;
  const [a, b] = sockets;
  const close = () => {
    for (const socket of sockets) socket.destroy();
  };
  const closed = sockets.map(
    (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
  );
  for (const socket of sockets) socket.on('error', close).on('close', close).setNoDelay(true);
  try {
    const [ofA, ofB] = await Promise.all([readLine(a), readLine(b)]);
    a.write(greeting(parseInfoLine(ofB), false));
    b.write(greeting(parseInfoLine(ofA), true));
    // A server that took a leaf link says its INFO once more, which is not for a server that did so too.
    if (answersInfo) await Promise.all([readLine(a), readLine(b)]);
  } catch (error) {
    close();
    throw error;
  }
  a.pipe(b);
  b.pipe(a);
  return { ended: Promise.all(closed).then(() => undefined), close };
}

/** What follows the line stays in the socket. @throws Error if it ends first */
async function readLine(socket: Socket): Promise<string> {
  const read: Buffer[] = [];
  for (;;) {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) {
      if (socket.destroyed) throw new Error('the server closed the connection before its INFO was complete');
      await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
      continue;
    }
    const text = Buffer.concat([...read, chunk]);
    const end = text.indexOf('\r\n');
    if (end < 0) {
      read.push(chunk);
      continue;
    }
    const rest = text.subarray(end + 2);
    if (rest.length > 0) socket.unshift(rest);
    return text.subarray(0, end).toString();
  }
}
