// Which store it is, whatever its URL: an id that is written into it at its first use, under a key that nobody carries. A
// store that moved to another host keeps it, and two URLs of one store are found out by it.

import { randomUUID } from 'node:crypto';
import type { StateBackend } from './backend.ts';
import { StateConflictError, StateInvalidError } from './errors.ts';

export const IDENTITY_KEY = 'meridian-store.json';

/** A store as another one knows it. */
export interface KnownStore {
  readonly name: string;
  /** Undefined for one that was never used by a mirror. */
  readonly id: string | undefined;
}

/** Changes nothing. */
export async function known(state: StateBackend): Promise<KnownStore> {
  return { name: state.name, id: await idUnder(state, IDENTITY_KEY) };
}

/** Gives it an id, if it has none. */
export async function identified(state: StateBackend): Promise<KnownStore & { readonly id: string }> {
  const { name, id: found } = await known(state);
  if (found !== undefined) return { name, id: found };
  try {
    return { name, id: await writeIdentity(state, null) };
  } catch (error) {
    // Somebody else was faster, and then it has one.
    if (!(error instanceof StateConflictError)) throw error;
    const id = await idUnder(state, IDENTITY_KEY);
    if (id === undefined) throw error;
    return { name, id };
  }
}

/** For a store that was copied by other tools, with the id of the one that it is a copy of. @returns the id */
export async function identifyAnew(state: StateBackend): Promise<string> {
  return writeIdentity(state, (await state.load(IDENTITY_KEY))?.etag ?? null);
}

/** What can be said before anybody is asked. @throws StateInvalidError if both are one store, or one lies within the other */
export function checkNames(from: string, to: string): void {
  if (from === to) throw new StateInvalidError(`Both are the same store: ${from}.`);
  for (const [outer, inner] of pairs(from, to)) if (isWithin(outer, inner)) throw overlap(outer, inner);
}

/** @throws StateInvalidError if both are one store under two names */
export function checkIds(from: KnownStore, to: KnownStore): void {
  if (from.id === undefined || from.id !== to.id) return;
  throw new StateInvalidError(
    `${from.name} and ${to.name} are the same store under two names: both have the id ${from.id}. If one was copied from the other by other tools, \`state role --at URL --new-id\` gives the copy an id of its own.`,
  );
}

/** The same for stores whose names do not tell: the id of one is found among the keys of the other. */
export async function checkApart(from: StateBackend, to: StateBackend): Promise<void> {
  for (const [outer, inner] of pairs(from, to)) {
    const { id } = await known(inner);
    const keys = (await outer.list('')).filter((key) => key.endsWith(`/${IDENTITY_KEY}`));
    for (const key of keys)
      if (id !== undefined && (await idUnder(outer, key)) === id) throw overlap(outer.name, inner.name);
  }
}

function pairs<T>(a: T, b: T): readonly (readonly [T, T])[] {
  return [
    [a, b],
    [b, a],
  ];
}

/** Names are paths; that of R2 is followed by its host. */
function isWithin(outer: string, inner: string): boolean {
  const [path = '', host = ''] = outer.split(' at ');
  const [innerPath = '', innerHost = ''] = inner.split(' at ');
  return host === innerHost && innerPath.startsWith(`${path}/`);
}

function overlap(outer: string, inner: string): StateInvalidError {
  return new StateInvalidError(
    `${inner} lies within ${outer}: each copy of a value would be one more value to copy. Use prefixes beside each other.`,
  );
}

async function writeIdentity(state: StateBackend, ifMatch: string | null): Promise<string> {
  const id = randomUUID();
  await state.store(IDENTITY_KEY, new TextEncoder().encode(`${JSON.stringify({ id })}\n`), ifMatch);
  return id;
}

async function idUnder(state: StateBackend, key: string): Promise<string | undefined> {
  const found = await state.load(key);
  if (found === undefined) return undefined;
  try {
    const { id } = JSON.parse(new TextDecoder().decode(found.value)) as { readonly id?: unknown };
    if (typeof id === 'string' && id !== '') return id;
  } catch {
    // It is said below.
  }
  throw new StateInvalidError(
    `${key} of ${state.name} cannot be read: somebody else wrote it. \`state role --at URL --new-id\` replaces it.`,
  );
}
