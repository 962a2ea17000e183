// Copies a store into another one, and keeps copying. The copy becomes a standby first, so that nobody else writes to it.

import type { StateBackend } from './backend.ts';
import { compare, forEachKey, type OnProgress } from './compare.ts';
import { copyKey } from './copy-key.ts';
import { StateConflictError, StateInvalidError, StateStandbyError, StateUnavailableError } from './errors.ts';
import { checkApart, checkIds, checkNames, identified, known } from './identity.ts';
import { checkTakesWrites, isOwnKey, isPeer, ROLE_KEY, readRole, writeRole } from './role.ts';

/** After one of the two did not answer. */
const RETRY_MS = 2000;

/** What a pass over all keys did. */
export interface Pass {
  readonly same: number;
  readonly created: number;
  readonly replaced: number;
  /** Keys that only the copy has, which stay there. */
  readonly extra: readonly string[];
}

export interface MirrorOptions {
  /** Whether values that the copy already has may be replaced, though nobody has mirrored it before. */
  readonly overwrite?: boolean;
  readonly now?: () => Date;
  readonly onProgress?: OnProgress;
}

/**
 * Makes the second store the copy of the first, if it may become it.
 *
 * @throws StateInvalidError if it is in use, or holds other values. @throws StateStandbyError if the first is a copy itself
 */
export async function prepareMirror(
  from: StateBackend,
  to: StateBackend,
  { overwrite = false, now = () => new Date() }: MirrorOptions = {},
): Promise<void> {
  const found = await checkMayMirror(from, to, overwrite);
  const peer = await identified(from);
  checkIds(peer, await identified(to));
  await checkApart(from, to);
  if (found.role?.peerId === undefined) await writeRole(to, found, { role: 'standby', peer, now: now() });
}

/** The same without the change, for a dry run. */
export async function checkMayMirror(from: StateBackend, to: StateBackend, overwrite: boolean) {
  checkNames(from.name, to.name);
  const peer = await known(from);
  checkIds(peer, await known(to));
  await checkTakesWrites(from);
  const found = await readRole(to);
  const { role } = found;
  if (role?.role === 'active') {
    throw new StateInvalidError(
      `${to.name} is in use since ${role.since}, with ${role.peer} as its copy: it cannot become a copy. To go back to it, turn --from and --to round.`,
    );
  }
  if (role?.role === 'standby' && !isPeer(role, peer)) {
    throw new StateInvalidError(
      `${to.name} is the copy of ${role.peer}, not of ${from.name}. If it is to be, \`state role --set standby --of\` says so.`,
    );
  }
  if (role === undefined && !overwrite) {
    const { differ, extra } = await compare(from, to);
    const [first] = [...differ, ...extra];
    if (first !== undefined) {
      throw new StateInvalidError(
        `${to.name} holds other values, such as ${first} (${differ.length + extra.length} in all), and nobody has mirrored it before: is it the right one? --overwrite replaces them.`,
      );
    }
  }
  return found;
}

/** Once over all keys. @throws StateStandbyError once the first store is no longer the one that takes writes */
export async function mirrorOnce(
  from: StateBackend,
  to: StateBackend,
  { onProgress = () => {} }: MirrorOptions = {},
): Promise<Pass> {
  await checkTakesWrites(from);
  const before = await compare(from, to);
  const keys = [...before.missing, ...before.differ];
  let done = before.same;
  const all = done + keys.length;
  onProgress(done, all);
  const counts = { same: before.same, created: 0, replaced: 0, gone: 0 };
  await forEachKey(keys, async (key) => {
    counts[await copyKey(from, to, key)] += 1;
    done += 1;
    onProgress(done, all);
  });
  const { same, created, replaced } = counts;
  return { same, created, replaced, extra: before.extra };
}

/** What a mirror that goes on tells of itself. */
export type MirrorEvent =
  | { readonly event: 'pass'; readonly pass: Pass }
  | { readonly event: 'copied'; readonly key: string }
  | { readonly event: 'failed'; readonly message: string; readonly since: string }
  /** A pass came through after failures: `since` the first of them, with so many keys that the copy lacked. */
  | { readonly event: 'caught-up'; readonly since: string; readonly keys: number };

export interface FollowOptions extends MirrorOptions {
  readonly signal: AbortSignal;
  readonly tell: (event: MirrorEvent) => void;
  /** How often all keys are compared, whatever was told of changes. */
  readonly everyMs: number;
}

/** Until `signal`, or until the store is cut over: then it throws StateStandbyError. What is down is tried again. */
export async function follow(from: StateBackend, to: StateBackend, options: FollowOptions): Promise<void> {
  const { signal, tell, everyMs, now = () => new Date() } = options;
  let behindSince: string | undefined;
  while (!signal.aborted) {
    const round = AbortSignal.any([signal, AbortSignal.timeout(everyMs)]);
    try {
      const changes = await from.watch('', round);
      const pass = await mirrorOnce(from, to, options);
      tell({ event: 'pass', pass });
      if (behindSince !== undefined)
        tell({ event: 'caught-up', since: behindSince, keys: pass.created + pass.replaced });
      behindSince = undefined;
      for await (const key of changes) {
        // Its own role: a cut-over has begun.
        if (key === ROLE_KEY) await checkTakesWrites(from);
        else if (!isOwnKey(key) && (await copyChange(from, to, key))) tell({ event: 'copied', key });
      }
    } catch (error) {
      if (!(await isPassing(error, to))) throw error;
      behindSince ??= now().toISOString();
      tell({ event: 'failed', message: (error as Error).message, since: behindSince });
      await ended(AbortSignal.any([round, AbortSignal.timeout(RETRY_MS)]));
    }
  }
}

/** A cut-over that is under way may still be taken back: it is over once the copy takes the writes. */
async function isPassing(error: unknown, to: StateBackend): Promise<boolean> {
  if (error instanceof StateUnavailableError || error instanceof StateConflictError) return true;
  return error instanceof StateStandbyError && (await readRole(to)).role?.role === 'standby';
}

/** @returns whether the copy changed */
async function copyChange(from: StateBackend, to: StateBackend, key: string): Promise<boolean> {
  const copied = await copyKey(from, to, key);
  return copied === 'created' || copied === 'replaced';
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
