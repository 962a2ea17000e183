// The handshake that makes two nats-servers take a connection as a leaf link, though neither dialled the other. Both have
// accepted it on their leaf port and sent their INFO; each is now sent the CONNECT of a server that dials, and one of them is
// told that the other is the hub. nats-server's leafnode.go (processLeafNodeConnect) is the reference; tested with 2.15.

import type { RouteInfo } from './route-handshake.ts';

/** What a server asks of who dials its leaf port. */
export interface LeafSignIn {
  readonly user: string;
  readonly password: string;
}

/** As container/nats-server.conf and container/joined.conf have them: of who signs in there. */
export const LEAF_USER_AT_REGION = 'session';
export const LEAF_USER_AT_SESSION = 'region';

/** `protocol` of a CONNECT: the server understands INFOs that come later. */
const UNDERSTANDS_INFO = 1;

/**
 * What a server is sent so that it accepts the connection as a leaf link of `peer`. Compression is not named, so it stays off.
 *
 * @param peerIsHub the server is then the spoke: it passes on only what its own clients want, and sends all that they publish
 */
export function leafGreeting(peer: RouteInfo, { user, password }: LeafSignIn, peerIsHub: boolean): string {
  const connect = {
    version: peer.version,
    server_id: peer.server_id,
    name: peer.server_name,
    cluster: peer.cluster,
    headers: peer.headers ?? false,
    protocol: UNDERSTANDS_INFO,
    user,
    pass: password,
    ...(peerIsHub && { is_hub: true }),
  };
  return `CONNECT ${JSON.stringify(connect)}\r\n`;
}
