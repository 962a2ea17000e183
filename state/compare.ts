// Whether two stores hold the same values under the same keys. Etags say nothing across stores, so values are compared.

import type { StateBackend } from './backend.ts';
import { carriedKeys } from './role.ts';

export interface Comparison {
  readonly same: number;
  /** Keys with another value in each. */
  readonly differ: readonly string[];
  /** Keys that only the first one has. */
  readonly missing: readonly string[];
  /** Keys that only the second one has: nothing is deleted through a mirror. */
  readonly extra: readonly string[];
}

/** Told how many of how many keys are compared. */
export type OnProgress = (done: number, all: number) => void;

/** Keys that are loaded side by side. */
const AT_ONCE = 8;

type Difference = 'differ' | 'missing' | 'extra';

/** What differs is looked at a second time, since a write may be on its way from one to the other. */
export async function compare(
  from: StateBackend,
  to: StateBackend,
  onProgress: OnProgress = () => {},
): Promise<Comparison> {
  const keys = [...new Set([...(await carriedKeys(from)), ...(await carriedKeys(to))])].sort();
  const found: Record<Difference, string[]> = { differ: [], missing: [], extra: [] };
  let same = 0;
  let done = 0;
  await forEachKey(keys, async (key) => {
    const difference = (await differenceOf(from, to, key)) && (await differenceOf(from, to, key));
    if (difference === undefined) same += 1;
    else found[difference].push(key);
    done += 1;
    onProgress(done, keys.length);
  });
  for (const each of Object.values(found)) each.sort();
  return { same, ...found };
}

export function differences({ differ, missing, extra }: Comparison): number {
  return differ.length + missing.length + extra.length;
}

/** Some keys side by side, all in the end. */
export async function forEachKey(
  keys: readonly string[],
  work: (key: string) => Promise<void>,
): Promise<void> {
  const rest = keys.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const key of rest) await work(key);
    }),
  );
}

export function isSameValue(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, n) => byte === b[n]);
}

async function differenceOf(
  from: StateBackend,
  to: StateBackend,
  key: string,
): Promise<Difference | undefined> {
  const [old, copy] = await Promise.all([from.load(key), to.load(key)]);
  if (old === undefined) return copy === undefined ? undefined : 'extra';
  if (copy === undefined) return 'missing';
  return isSameValue(old.value, copy.value) ? undefined : 'differ';
}
