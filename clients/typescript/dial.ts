// Makes a connection: asks the endpoint what it is, signs in, and connects; or says in words why it could not.

import { errors, type WsConnectionOptions } from '@nats-io/nats-core';
import { discover, whyNobody } from './about.ts';
import { Backoff } from './backoff.ts';
import type { Credentials, SignedIn } from './credentials.ts';
import { CredentialsError, EndpointError, NoRegionError, textOf } from './errors.ts';
import { Handshake } from './handshake.ts';
import { Lease } from './lease.ts';
import { open } from './open.ts';

export interface DialOptions {
  readonly credentials?: Credentials;
  /** Preferred, best first. Another one serves while none of them does. */
  readonly regions?: readonly string[];
  /** What the servers show of the connection. */
  readonly name?: string;
  /** Hosts at which the edge may say that clients connect, beside the endpoint's own. None by default: credentials go there. */
  readonly natsHosts?: readonly string[];
  /** Options of nats.js, after those of this client. */
  readonly nats?: WsConnectionOptions;
}

export interface Dialling {
  readonly origin: string;
  readonly signal: AbortSignal;
  /** Told what nobody waits for. */
  readonly failed: (error: Error) => void;
  readonly timeoutMs?: number;
}

/** A server that hangs is left after this and one more. */
const PING_EVERY_MS = 10_000;
/** The edge takes up to 10 s to find a region that takes the client, and starts a container meanwhile. */
export const CONNECT_TIMEOUT_MS = 20_000;
const RECONNECT_FIRST_MS = 250;
const RECONNECT_MOST_MS = 5_000;
/** An edge that gives users that have ended, or this machine's clock, is wrong. */
const RENEW_AT_LEAST_MS = 1_000;
const RENEW_ENDED_MS = 60_000;

/** @throws EndpointError, CredentialsError or NoRegionError; the signal's reason */
export async function dial(options: DialOptions, dialling: Dialling): Promise<Lease> {
  const { credentials, regions = [], name, natsHosts = [], nats: own } = options;
  const { origin, signal, failed, timeoutMs = CONNECT_TIMEOUT_MS } = dialling;
  const about = await discover(origin, { natsHosts, signal });
  const signedIn = await credentials?.(origin, about, signal).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw inWords(origin, cause);
  });
  const waits = new Backoff(RECONNECT_FIRST_MS, RECONNECT_MOST_MS);
  const address = new URL(about.nats);
  if (regions.length > 0) address.searchParams.set('region', regions.join(','));
  const connection = await open(
    {
      ...(name !== undefined && { name }),
      ...(signedIn && { authenticator: signedIn.authenticator }),
      timeout: timeoutMs,
      maxReconnectAttempts: -1,
      // A refusal need not be for good: a secret is rotated, a user is renewed.
      ignoreAuthErrorAbort: true,
      pingInterval: PING_EVERY_MS,
      maxPingOut: 1,
      ignoreClusterUpdates: true,
      reconnectDelayHandler: () => waits.ms(),
      ...own,
      servers: address.href,
    },
    { signal, dialling: () => waits.advance() },
  ).catch(async (cause: unknown) => {
    signal.throwIfAborted();
    throw (
      refusedBy(origin, cause) ??
      new NoRegionError(origin, await whyNobody(origin, address.search, signal), cause)
    );
  });
  return new Lease(connection, { waits, failed, ...timesOf(signedIn) });
}

/** What a server says of credentials that it does not take; undefined if it says something else. */
export function refusedBy(origin: string, cause: unknown): CredentialsError | undefined {
  if (cause instanceof errors.UserAuthenticationExpiredError)
    return new CredentialsError(origin, 'took the connection, and the time of its user is over', { cause });
  if (cause instanceof errors.AuthorizationError && !Handshake.hasEnded(cause))
    return new CredentialsError(
      origin,
      'took the connection, and its server refuses the credentials: are they for this edge?',
      { cause },
    );
  return undefined;
}

/** Credentials of the caller's own may throw anything. */
function inWords(origin: string, cause: unknown): Error {
  if (cause instanceof CredentialsError || cause instanceof EndpointError) return cause;
  return new CredentialsError(origin, `was not asked: ${textOf(cause)}`, { cause });
}

function timesOf(signedIn: SignedIn | undefined) {
  const { renewInMs, endsInMs } = signedIn ?? {};
  const now = Date.now();
  return {
    ...(renewInMs !== undefined && {
      renewAt: now + (renewInMs > 0 ? Math.max(renewInMs, RENEW_AT_LEAST_MS) : RENEW_ENDED_MS),
    }),
    ...(endsInMs !== undefined && { endsAt: now + endsInMs }),
  };
}
