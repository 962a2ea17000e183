// What an endpoint says of itself: `/.well-known/meridian.json`, and why no region takes a client.

import { EndpointError, textOf } from './errors.ts';

const ABOUT = '/.well-known/meridian.json';
const WHOAMI = '/api/whoami';

const ASK_TIMEOUT_MS = 10_000;

/** What a client needs of it. */
export interface About {
  /** `ws://` or `wss://`. */
  readonly nats: string;
  /** Where a sign-in becomes a NATS user; null where there are no sign-ins. */
  readonly credentials: string | null;
}

export interface Answer {
  readonly status: number;
  /** Undefined if it is not JSON. */
  readonly body: unknown;
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
  const { protocol, host, hostname } = new URL(text);
  if (!/^(https?|wss?):$/.test(protocol))
    throw new EndpointError(endpoint, `begins with ${protocol}//, and an edge is reached by https://`);
  const isEncrypted = protocol === 'https:' || protocol === 'wss:';
  if (!isEncrypted && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname))
    throw new EndpointError(
      endpoint,
      'is not encrypted: credentials would be readable on the way. Use https',
    );
  return `${isEncrypted ? 'https' : 'http'}://${host}`;
}

/** @throws EndpointError if there is no Meridian */
export async function discover(origin: string): Promise<About> {
  const { status, body } = await ask(origin + ABOUT).catch((cause: unknown) => {
    throw new EndpointError(origin, `does not answer: ${textOf(cause)}`, { cause });
  });
  const { meridian, nats, credentials = null } = (body ?? {}) as Partial<About & { meridian: string }>;
  if (status !== 200 || !meridian)
    throw new EndpointError(
      origin,
      `is not Meridian: it answers ${status} to ${ABOUT}. Is the address right?`,
    );
  const wanted = origin.startsWith('https:') ? 'wss:' : 'ws:';
  if (nats === undefined || !URL.canParse(nats) || new URL(nats).protocol !== wanted)
    throw new EndpointError(origin, `says that clients connect at "${nats}", which is not what it should be`);
  if (credentials !== null && (!URL.canParse(credentials) || new URL(credentials).origin !== origin))
    throw new EndpointError(origin, `sends sign-ins to "${credentials}", another host`);
  return { nats, credentials };
}

/** Why no region takes this client; undefined if one does, or if the edge does not say. */
export async function whyNobody(origin: string, query: string): Promise<string | undefined> {
  try {
    const { body } = await ask(origin + WHOAMI + query);
    const { region, decision } = body as { readonly region?: string | null; readonly decision?: string };
    return region === null ? decision : undefined;
  } catch {
    // It is asked for a better message only.
    return undefined;
  }
}

/** It follows nothing: what is sent to the endpoint, a sign-in among it, is for the endpoint alone. */
export async function ask(address: string, init: RequestInit = {}): Promise<Answer> {
  const signal = AbortSignal.timeout(ASK_TIMEOUT_MS);
  const answer = await fetch(address, { ...init, redirect: 'manual', signal });
  const body: unknown = await answer.json().catch(() => undefined);
  return { status: answer.status, body };
}
