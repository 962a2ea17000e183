// Which of two stores takes the writes. It stands in each of them, under a key of its own, and is changed by compare-and-set
// as all else. A store without it takes writes: nobody has ever copied it.

import { randomUUID } from 'node:crypto';
import type { StateBackend } from './backend.ts';
import { StateInvalidError, StateStandbyError } from './errors.ts';
import { IDENTITY_KEY, type KnownStore } from './identity.ts';

export const ROLE_KEY = 'meridian-role.json';

/** Whether a key says something of its own store: it is carried by nobody, and written by no writer. */
export function isOwnKey(key: string): boolean {
  return key === ROLE_KEY || key === IDENTITY_KEY;
}

export interface Role {
  readonly role: 'active' | 'standby';
  /** The name of the other store, as it was then. */
  readonly peer: string;
  /** Its id, by which it is known whatever its name; absent in roles that were written before stores had one. */
  readonly peerId?: string;
  readonly since: string;
  /** Of this very change, so that two that say the same have different etags. */
  readonly id: string;
}

export interface FoundRole {
  /** Undefined for a store that was never one of two. */
  readonly role: Role | undefined;
  readonly etag: string | null;
}

export async function readRole(state: StateBackend): Promise<FoundRole> {
  const found = await state.load(ROLE_KEY);
  if (found === undefined) return { role: undefined, etag: null };
  return { role: parseRole(state.name, found.value), etag: found.etag };
}

/** Whether the other store of a role is this one. */
export function isPeer(role: Role, { name, id }: KnownStore): boolean {
  return role.peerId === undefined || id === undefined ? role.peer === name : role.peerId === id;
}

/** @returns the etag. @throws StateConflictError if it is no longer what was found */
export function writeRole(
  state: StateBackend,
  found: Pick<FoundRole, 'etag'>,
  { role, peer, now }: { readonly role: Role['role']; readonly peer: KnownStore; readonly now: Date },
): Promise<string> {
  const next: Role = {
    role,
    peer: peer.name,
    ...(peer.id !== undefined && { peerId: peer.id }),
    ...{ since: now.toISOString(), id: randomUUID() },
  };
  return state.store(ROLE_KEY, new TextEncoder().encode(JSON.stringify(next)), found.etag);
}

/** @throws StateStandbyError if another store takes the writes */
export async function checkTakesWrites(state: StateBackend): Promise<void> {
  const { role } = await readRole(state);
  if (role?.role !== 'standby') return;
  throw new StateStandbyError(
    `${state.name} takes no writes since ${role.since}: ${role.peer} does, or will when a cut-over is done. Write there. If that store is no more, \`state role\` makes this one take them.`,
    role.peer,
  );
}

/** The keys that are carried. */
export async function carriedKeys(state: StateBackend): Promise<readonly string[]> {
  return (await state.list('')).filter((key) => !isOwnKey(key));
}

function parseRole(store: string, value: Uint8Array): Role {
  let role: Partial<Role> = {};
  try {
    role = JSON.parse(new TextDecoder().decode(value)) as Partial<Role>;
  } catch {
    // It is said below.
  }
  if ((role.role === 'active' || role.role === 'standby') && typeof role.peer === 'string')
    return role as Role;
  throw new StateInvalidError(
    `${ROLE_KEY} of ${store} cannot be read: somebody else wrote it. \`state role --set\` replaces it.`,
  );
}
