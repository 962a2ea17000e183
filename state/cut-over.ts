// Moves the writes from a store to its copy. First the store becomes a standby, so both are; then what was written last is
// carried, and both are compared; only if they are the same does the copy become the active one. Broken off in between,
// neither takes writes, and it can be run again in either direction. Of two that run at once one fails: each changes both roles by compare-and-set.

import type { StateBackend } from './backend.ts';
import { type Comparison, compare, differences, forEachKey, type OnProgress } from './compare.ts';
import { copyKey } from './copy-key.ts';
import { StateConflictError, StateInvalidError } from './errors.ts';
import { checkIds, checkNames, identified, type KnownStore, known } from './identity.ts';
import { type FoundRole, isPeer, ROLE_KEY, readRole, writeRole } from './role.ts';

export type CutOver =
  | { readonly outcome: 'done' | 'would-do'; readonly comparison: Comparison }
  /** They differ; the store still takes the writes. */
  | { readonly outcome: 'refused'; readonly comparison: Comparison }
  /** The copy takes the writes already. */
  | { readonly outcome: 'already' };

export interface CutOverOptions {
  readonly dryRun?: boolean;
  /** Also if they differ: writers are refused first, and then what is left is carried. */
  readonly finish?: boolean;
  readonly now?: () => Date;
  readonly onProgress?: OnProgress;
}

/** @throws StateInvalidError if the second is not the copy of the first. @throws StateConflictError if another one runs */
export async function cutOver(
  from: StateBackend,
  to: StateBackend,
  { dryRun = false, finish = false, now = () => new Date(), onProgress }: CutOverOptions = {},
): Promise<CutOver> {
  checkNames(from.name, to.name);
  // Of a mirror that began before stores had an id, they get it now.
  const look = dryRun ? known : identified;
  const two = { from: await look(from), to: await look(to) };
  checkIds(two.from, two.to);
  const roles = { from: await readRole(from), to: await readRole(to) };
  if (isDone(two, roles)) return { outcome: 'already' };
  checkRoles(two, roles);
  const comparison = await compare(from, to, onProgress);
  if (!mayGoOn(comparison, finish)) return { outcome: 'refused', comparison };
  if (dryRun) return { outcome: 'would-do', comparison };
  const closed = await writeRole(from, roles.from, { role: 'standby', peer: two.to, now: now() });
  const reopen = () => writeRole(from, { etag: closed }, { role: 'active', peer: two.to, now: now() });
  const last = await carryTheLast(from, to, { closed, reopen, onProgress });
  if (differences(last) > 0) {
    await reopened(from, to, reopen);
    return { outcome: 'refused', comparison: last };
  }
  await activate(to, roles.to, two.from, now());
  return { outcome: 'done', comparison: last };
}

interface Roles {
  readonly from: FoundRole;
  readonly to: FoundRole;
}

interface Two {
  readonly from: KnownStore;
  readonly to: KnownStore;
}

/** A store without a role takes writes. */
function isDone({ from, to }: Two, roles: Roles): boolean {
  const mine = roles.from.role;
  const copy = roles.to.role;
  return (
    mine?.role === 'standby' &&
    isPeer(mine, to) &&
    (copy === undefined || (copy.role === 'active' && isPeer(copy, from)))
  );
}

/** Nothing is deleted: what only the copy has stays a difference. */
function mayGoOn(comparison: Comparison, finish: boolean): boolean {
  return differences(finish ? { ...comparison, differ: [], missing: [] } : comparison) === 0;
}

interface Closed {
  /** The etag of the store's role. */
  readonly closed: string;
  readonly reopen: () => Promise<string>;
  readonly onProgress: OnProgress | undefined;
}

/** If one of them does not answer, the store takes the writes again. */
async function carryTheLast(
  from: StateBackend,
  to: StateBackend,
  { closed, reopen, onProgress }: Closed,
): Promise<Comparison> {
  const check = async () => {
    if ((await readRole(from)).etag !== closed) throw new StateConflictError(from.name, ROLE_KEY);
  };
  try {
    const { differ, missing } = await compare(from, to);
    await forEachKey([...differ, ...missing], async (key) => {
      await copyKey(from, to, key, check);
    });
    return await compare(from, to, onProgress);
  } catch (error) {
    // Another one that moves these stores has it in hand. Of any other key it says that somebody writes to the copy.
    if (error instanceof StateConflictError && error.key === ROLE_KEY) throw error;
    await reopened(from, to, reopen);
    throw error;
  }
}

/** @throws StateInvalidError if it can't be, with what to do */
async function reopened(from: StateBackend, to: StateBackend, reopen: () => Promise<string>): Promise<void> {
  await reopen().catch((cause: unknown) => {
    throw new StateInvalidError(
      `Neither ${from.name} nor ${to.name} takes writes now (${(cause as Error).message}). Run the same command again once both answer, or the opposite one.`,
      { cause },
    );
  });
}

/** A compare-and-set without an answer may have been made: then it is, and not taken back. */
async function activate(to: StateBackend, found: FoundRole, from: KnownStore, now: Date): Promise<void> {
  try {
    await writeRole(to, found, { role: 'active', peer: from, now });
  } catch (cause) {
    if (cause instanceof StateConflictError) throw cause;
    throw new StateInvalidError(
      `${from.name} takes no more writes, and ${to.name} was to take them, but did not answer (${(cause as Error).message}). Run the same command again, or the opposite one.`,
      { cause },
    );
  }
}

function checkRoles({ from, to }: Two, roles: Roles): void {
  const mine = roles.from.role;
  const copy = roles.to.role;
  if (copy === undefined || !isPeer(copy, from)) {
    const whose = copy === undefined ? 'was never mirrored' : `is one of two with ${copy.peer}`;
    throw new StateInvalidError(
      `${to.name} ${whose}, so it is no copy of ${from.name}: run \`state mirror\` with the same --from and --to first.`,
    );
  }
  if (mine !== undefined && !isPeer(mine, to) && mine.role === 'standby')
    throw new StateInvalidError(`${from.name} is the copy of ${mine.peer}: it has no writes to hand over.`);
  if (mine?.role !== 'standby' && copy.role === 'active') {
    throw new StateInvalidError(
      `${from.name} and ${to.name} both take writes: somebody changed their roles by hand. \`state verify\` shows what differs.`,
    );
  }
}
