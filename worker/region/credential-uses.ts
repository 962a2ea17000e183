// Which clients signed in with what, as nats-server's `/connz` says: it names users, and not the token. Pure.

import { OWN_NAME } from '../own-connections.ts';

/** `/connz` with `auth=1`, in part. */
export interface AuthConnz {
  readonly now: string;
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
