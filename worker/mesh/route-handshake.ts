// The handshake that makes two nats-servers believe that each was dialled by the other. Both have accepted a
// connection on their route port and sent their INFO; each is now sent what a server that dials would send: a
// CONNECT, then the other one's INFO. nats-server's route.go (processRouteConnect, processRouteInfo, addRoute) is
// the reference; tested with 2.10 and 2.15.

/** The fields of a route's INFO that are read here; all others are passed on unchanged. */
export interface RouteInfo {
  readonly server_id: string;
  readonly server_name?: string;
  readonly version?: string | undefined;
  readonly cluster?: string;
  readonly headers?: boolean;
  readonly lnocu?: boolean;
  /** Absent before nats-server 2.10. */
  readonly compression?: string;
  /** How many routes it wants to each other server for accounts that share them; absent or 0: one for everything. */
  readonly route_pool_size?: number;
  readonly [field: string]: unknown;
}

/** What a route is for, where two servers have several. */
export interface RouteShare {
  /** The account that has it for itself. Absent: those that share the pool. */
  readonly account?: string;
  /** Which one of the pool. Absent: the first. */
  readonly poolIndex?: number;
}

/** A server, or the object in front of it, refuses the route; `reason` is quoted from it. */
export class RouteRefusedError extends Error {
  override readonly name = 'RouteRefusedError';
  readonly reason: string;

  constructor(reason: string) {
    super(`the route was refused: ${reason}`);
    this.reason = reason;
  }
}

/** Longest first line that is accepted: an INFO is about 500 bytes, its list of URLs could make it longer. */
export const MAX_LINE_BYTES = 64 * 1024;

/** `gossip_mode` of route.go: "do not tell the other servers about me". Known from 2.11 on. */
const GOSSIP_DISABLED = 1;

/**
 * A port that nothing listens on (discard, RFC 863). Before 2.11 a server gossips the address of a new peer, and the
 * others dial it; that must fail, or a second, direct route would form.
 */
const UNREACHABLE_PORT = 9;

const ERROR_PREFIX = "-ERR '";

/** The line by which a region's object refuses a route, in the protocol's own form. */
export function refusalLine(reason: string): string {
  return `${ERROR_PREFIX}${reason}'\r\n`;
}

/**
 * Reads the first line of a route.
 *
 * @throws RouteRefusedError for a `-ERR` line, Error for anything that is not an INFO with a server id
 */
export function parseInfoLine(line: string): RouteInfo {
  if (line.startsWith(ERROR_PREFIX))
    throw new RouteRefusedError(line.slice(ERROR_PREFIX.length).replace(/'\s*$/, ''));
  if (!line.startsWith('INFO '))
    throw new Error(`expected INFO on the route port, got ${JSON.stringify(line.slice(0, 40))}`);
  const info: unknown = JSON.parse(line.slice('INFO '.length));
  if (!isRouteInfo(info)) throw new Error('the INFO on the route port names no server_id');
  return info;
}

/**
 * What a server is sent so that it accepts the connection as a route of `peer`.
 *
 * @param compression what the peer is said to be configured for; absent: what it says itself
 */
export function greetingFrom(peer: RouteInfo, compression?: string, share?: RouteShare): string {
  const connect = {
    echo: true,
    verbose: false,
    pedantic: false,
    tls_required: false,
    name: peer.server_id,
    headers: peer.headers ?? false,
    cluster: peer.cluster ?? '',
    lnoc: true,
    lnocu: peer.lnocu ?? false,
  };
  return `CONNECT ${JSON.stringify(connect)}\r\n${infoLineFrom(peer, compression, share)}`;
}

/** The second line of the greeting, which a server that compresses is sent once more. */
export function infoLineFrom(
  peer: RouteInfo,
  compression?: string,
  { account, poolIndex }: RouteShare = {},
): string {
  const { nonce: _nonce, ip: _ip, ...passedOn } = peer;
  const changed = { host: '127.0.0.1', port: UNREACHABLE_PORT, gossip_mode: GOSSIP_DISABLED };
  const info = {
    ...passedOn,
    ...changed,
    ...(compression !== undefined && { compression }),
    ...(account !== undefined && { route_account: account }),
    ...(poolIndex !== undefined && { route_pool_idx: poolIndex }),
  };
  return `INFO ${JSON.stringify(info)}\r\n`;
}

function isRouteInfo(value: unknown): value is RouteInfo {
  return (
    typeof value === 'object' && value !== null && 'server_id' in value && typeof value.server_id === 'string'
  );
}
