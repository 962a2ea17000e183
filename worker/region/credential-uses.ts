// Which clients signed in with what, as nats-server's `/connz` says: it names users, and not the token. Pure.

import { OWN_NAME } from '../own-connections.ts';

/** `/connz` with `auth=1`, in part. */
export interface AuthConnz {
  readonly now: string;
  /** How many there are; more than `connections` if not all were asked for. */
  readonly total: number;
  readonly connections: readonly {
    readonly start: string;
    /** Of closed ones. */
    readonly stop?: string;
    readonly reason?: string;
    readonly kind?: string;
    readonly name?: string;
    readonly mqtt_client?: string;
    readonly authorized_user?: string;
  }[];
}

/** How nats-server shows a token. */
const TOKEN = '[REDACTED]';

/** Whoever was never let in. */
const REFUSED: ReadonlySet<string | undefined> = new Set([
  'Authentication Failure',
  'Authentication Timeout',
]);

/** nats-server's `max_closed_clients`: it remembers so many. */
const MOST_CLOSED = 10_000;

/** For clients that do not say how they are called. */
const NAMELESS = '(no name)';

/** Of one credential by clients of one name. Plain data: it crosses RPC. */
export interface CredentialUse {
  /** Undefined: with the token. */
  readonly user: string | undefined;
  readonly client: string;
  readonly connected: number;
  /** ms since the epoch */
  readonly last: number;
}

/**
 * Since when all who signed in are known, ms since the epoch: a server forgets when it is started, remembers so many closed
 * connections, and of these so many are read.
 *
 * @param closed the last ones, those that ended last first
 */
export function knownSince(startedAt: number, open: AuthConnz, closed: AuthConnz): number {
  if (open.total > open.connections.length) return Date.parse(open.now);
  const isWhole = closed.total <= closed.connections.length && closed.total < MOST_CLOSED;
  const ends = closed.connections.flatMap(({ stop }) => (stop === undefined ? [] : [Date.parse(stop)]));
  return isWhole ? startedAt : Math.max(startedAt, ...(ends.length === 0 ? [] : [Math.min(...ends)]));
}

/** @param open connections; @param closed ones that are still remembered */
export function credentialUses(open: AuthConnz, closed: AuthConnz): readonly CredentialUse[] {
  const uses = new Map<string, CredentialUse>();
  for (const { now, connections } of [open, closed]) {
    for (const { name, mqtt_client, authorized_user, stop, reason, kind } of connections) {
      if (name === OWN_NAME || authorized_user === undefined || REFUSED.has(reason)) continue;
      if (kind !== undefined && kind !== 'Client') continue;
      const user = authorized_user === TOKEN ? undefined : authorized_user;
      const client = name ?? mqtt_client ?? NAMELESS;
      const key = JSON.stringify([user ?? null, client]);
      const before = uses.get(key) ?? { user, client, connected: 0, last: 0 };
      const connected = before.connected + (stop === undefined ? 1 : 0);
      uses.set(key, { ...before, connected, last: Math.max(before.last, Date.parse(stop ?? now)) });
    }
  }
  return [...uses.values()];
}
