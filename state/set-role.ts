// Says by hand which role a store has: the way out when its other store is no more, or is another one than its role says.

import type { StateBackend } from './backend.ts';
import { StateInvalidError } from './errors.ts';
import { checkIds, checkNames, identified, type KnownStore, known } from './identity.ts';
import { ROLE_KEY, type Role, readRole, writeRole } from './role.ts';

export interface SetRoleOptions {
  /** The other store; without it, the one that the role names already. */
  readonly peer?: StateBackend | undefined;
  /** Also if both would take writes then. */
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly now?: () => Date;
}

/**
 * @throws StateInvalidError if both stores would take writes, or there is no other one
 * @throws StateConflictError if the role was changed in between
 */
export async function setRole(
  state: StateBackend,
  role: Role['role'],
  { peer, force = false, dryRun = false, now = () => new Date() }: SetRoleOptions = {},
): Promise<void> {
  const etag = (await state.load(ROLE_KEY))?.etag ?? null;
  const other = peer === undefined ? await peerOf(state) : await (dryRun ? known : identified)(peer);
  checkNames(state.name, other.name);
  checkIds(await (dryRun ? known : identified)(state), other);
  if (role === 'active' && peer !== undefined && !force && (await roleOf(peer)) !== 'standby') {
    throw new StateInvalidError(
      `${peer.name} takes writes too: then each would have writes that the other one lacks. Make that one a standby first, or, if nobody writes there any more, use --force.`,
    );
  }
  if (!dryRun) await writeRole(state, { etag }, { role, peer: other, now: now() });
}

async function peerOf(state: StateBackend): Promise<KnownStore> {
  const { role } = await readRole(state);
  if (role !== undefined) return { name: role.peer, id: role.peerId };
  throw new StateInvalidError(
    `${state.name} was never one of two stores, and takes writes. --of names the other one.`,
  );
}

async function roleOf(state: StateBackend): Promise<Role['role'] | undefined> {
  return (await readRole(state)).role?.role;
}
