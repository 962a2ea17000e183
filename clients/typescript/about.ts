// What an endpoint says of itself: `/.well-known/meridian.json`, and why no region takes a client.

import { ask } from './ask.ts';
import { EndpointError, shown, textOf } from './errors.ts';

const ABOUT = '/.well-known/meridian.json';
const WHOAMI = '/api/whoami';

const TOO_MANY_REQUESTS = 429;
const SERVER_ERRORS = 500;

/** What a client needs of it. */
export interface About {
  /** `ws://` or `wss://`. */
  readonly nats: string;
  /** Where a sign-in becomes a NATS user; null where there are no sign-ins. */
  readonly credentials: string | null;
}

/** What a client allows. */
export interface Allowed {
  /** Hosts at which clients may connect beside the endpoint's own, such as `nats.example.com`. */
  readonly natsHosts?: readonly string[];
  /** Gives up. */
  readonly signal?: AbortSignal;
}

/**
 * Takes an endpoint as people write it, `nats.example.com` too.
 *
 * @returns its origin
 * @throws EndpointError
 */
export function originOf(endpoint: string): string {
  const text = endpoint.includes('://') ? endpoint : `https://${endpoint}`;
  if (!URL.canParse(text))
    throw new EndpointError(endpoint, 'is no address: give one such as https://nats.example.com');
  const { protocol, host, hostname, username, password } = new URL(text);
  if (!/^(https?|wss?):$/.test(protocol))
    throw new EndpointError(endpoint, `begins with ${protocol}//, and an edge is reached by https://`);
  if (username !== '' || password !== '')
    throw new EndpointError(endpoint, 'has a user in its address: give that as `credentials`');
  const isEncrypted = protocol === 'https:' || protocol === 'wss:';
  if (!isEncrypted && !isHere(hostname))
    throw new EndpointError(
      endpoint,
      'is not encrypted: credentials would be readable on the way. Use https',
    );
  return `${isEncrypted ? 'https' : 'http'}://${host}`;
}

/** @throws EndpointError if there is no Meridian, or one that leads elsewhere */
export async function discover(origin: string, { natsHosts = [], signal }: Allowed = {}): Promise<About> {
  const { status, body } = await ask(origin + ABOUT, signal && { signal }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new EndpointError(origin, `does not answer: ${textOf(cause)}`, { cause });
  });
  if (status >= SERVER_ERRORS || status === TOO_MANY_REQUESTS)
    throw new EndpointError(origin, `answers ${status} to ${ABOUT}: it cannot say what it is now. Try again`);
  const { meridian, nats, credentials = null } = (body ?? {}) as Partial<Record<string, unknown>>;
  if (status !== 200 || typeof meridian !== 'string' || meridian === '')
    throw new EndpointError(
      origin,
      `is not Meridian: it answers ${status} to ${ABOUT}. Is the address right?`,
    );
  const socket = urlOf(nats);
  const why = socket === undefined ? 'which is no address' : whyNot(socket, new URL(origin), natsHosts);
  if (socket === undefined || why !== undefined)
    throw new EndpointError(origin, `says that clients connect at "${shown(String(nats))}", ${why}`);
  if (credentials === null) return { nats: socket.href, credentials };
  const exchange = urlOf(credentials);
  if (exchange?.origin !== origin)
    throw new EndpointError(origin, `sends sign-ins to "${shown(String(credentials))}", another host`);
  return { nats: socket.href, credentials: exchange.href };
}

/** Credentials are sent there: only where the endpoint is, or where who uses it says so, and never readable on the way. */
function whyNot(socket: URL, origin: URL, natsHosts: readonly string[]): string | undefined {
  const { protocol, host, hostname, username, password } = socket;
  if (username !== '' || password !== '') return 'with a user in it';
  const mayBeOpen = origin.protocol === 'http:' && isHere(hostname);
  if (protocol !== 'wss:' && !(protocol === 'ws:' && mayBeOpen))
    return `which is not what it should be: ${mayBeOpen ? 'ws:// or ' : ''}wss://`;
  if (host === origin.host || natsHosts.some((allowed) => hostOf(allowed, protocol) === host)) return;
  return 'another host: name it in `natsHosts` if it is meant';
}

function hostOf(allowed: string, protocol: string): string | undefined {
  return urlOf(`${protocol}//${allowed}`)?.host;
}

function urlOf(text: unknown): URL | undefined {
  return typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
}

function isHere(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Why no region takes this client; undefined if one does, or if the edge does not say. */
export async function whyNobody(
  origin: string,
  query: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  try {
    const { body } = await ask(origin + WHOAMI + query, signal && { signal });
    const { region, decision } = body as { readonly region?: unknown; readonly decision?: unknown };
    return region === null && typeof decision === 'string' ? decision : undefined;
  } catch {
    // It is asked for a better message only.
    return undefined;
  }
}
