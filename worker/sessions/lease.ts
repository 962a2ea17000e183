// A lease: that there is a session, whose it is, and until when. What may be claimed is decided here; it is pure, and the
// registry (session-registry.ts) carries it out.

import type { SessionConfig, SessionState } from '../../api/sessions.ts';

export interface Lease {
  readonly id: string;
  /** Higher with each session that is made, also with one that is made anew. */
  readonly serial: number;
  readonly name: string;
  /** Such as `token:admin:ann`. */
  readonly owner: string;
  /** Id of the region near which it was placed. */
  readonly region: string;
  readonly config: SessionConfig;
  /** These times are in ms since the epoch. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly seenAt: number;
  readonly state: SessionState;
  /** Since when it is in this state. */
  readonly since: number;
  readonly problem?: string;
}

/** Somebody wants a session. */
export interface Claim extends Pick<Lease, 'id' | 'name' | 'owner' | 'region'> {
  /** Absent: the usual one, or that of the session that is there. */
  readonly config?: SessionConfig;
  readonly ttlMs: number;
  /** How many there may be, in all and of this owner. */
  readonly most: number;
  readonly mostPerOwner: number;
}

/** How many leases there are, and when the first of them expires (ms since the epoch). */
export interface Taken {
  readonly count: number;
  readonly firstExpiry: number | undefined;
}

export type Verdict =
  | { readonly kind: 'make' }
  | { readonly kind: 'find' }
  /** It is there with another configuration, or, which takes two equal 40-bit tags, of another owner. */
  | { readonly kind: 'differs' }
  | { readonly kind: 'ending' }
  /** There are as many as there may be: `of` this owner, or of all. */
  | {
      readonly kind: 'full';
      readonly of: 'owner' | 'all';
      readonly most: number;
      readonly retryAfterMs: number;
    };

/** What an ending session's containers take to be gone, ms; after this an owner who is told to wait may try again. */
const LEAST_WAIT_MS = 2_000;

/** @param now ms since the epoch */
export function decideClaim(
  claim: Claim,
  found: Lease | undefined,
  taken: { readonly all: Taken; readonly ofOwner: Taken },
  now: number,
): Verdict {
  if (found !== undefined) {
    if (found.state === 'ending' || found.expiresAt <= now) return { kind: 'ending' };
    return isSame(claim, found) ? { kind: 'find' } : { kind: 'differs' };
  }
  if (taken.ofOwner.count >= claim.mostPerOwner) return full('owner', claim.mostPerOwner, taken.ofOwner, now);
  if (taken.all.count >= claim.most) return full('all', claim.most, taken.all, now);
  return { kind: 'make' };
}

function isSame({ owner, config }: Claim, found: Lease): boolean {
  if (owner !== found.owner) return false;
  return config === undefined || JSON.stringify(config) === JSON.stringify(found.config);
}

function full(of: 'owner' | 'all', most: number, taken: Taken, now: number): Verdict {
  const { firstExpiry = now } = taken;
  return { kind: 'full', of, most, retryAfterMs: Math.max(LEAST_WAIT_MS, firstExpiry - now) };
}

/** What `state` and since when, as a server's object tells it. */
export type Told = Pick<Lease, 'state' | 'problem'> & {
  readonly seenAt?: number;
  /** A start has just ended: after so many ms, or in vain. */
  readonly start?: { readonly ms: number } | 'failed';
};
