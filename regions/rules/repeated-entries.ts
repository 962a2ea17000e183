// An entry that a list has twice. It does no harm, except in a placement (place.ts), which goes to Cloudflare as it is.

import type { Problem } from '../problems.ts';
import type { ConfigDraft } from './draft.ts';

/** Warns of countries and filters that a list names twice. */
export function checkRepeatedEntries({ regions, routing }: ConfigDraft): Problem[] {
  const lists = regions.flatMap(
    ({ residency, off }, index): (readonly [string, readonly string[] | undefined])[] => [
      [`regions[${index}].residency.allow`, residency?.allow],
      [`regions[${index}].residency.deny`, residency?.deny],
      [`regions[${index}].off`, off],
    ],
  );
  return [...lists, ['routing.off', routing?.off] as const].flatMap(([path, list]) =>
    repeats(list, path).map((found): Problem => ({ code: 'repeated-entry', ...found })),
  );
}

interface Repeat<T> {
  readonly path: string;
  readonly entry: T;
  readonly firstPath: string;
}

/** The entries of the list at `path` that stand earlier in it as well. */
export function repeats<T extends string>(list: readonly T[] | undefined, path: string): Repeat<T>[] {
  const firstAt = new Map<T, number>();
  return (list ?? []).flatMap((entry, index) => {
    const first = firstAt.get(entry);
    if (first === undefined) firstAt.set(entry, index);
    return first === undefined ? [] : [{ path: `${path}[${index}]`, entry, firstPath: `${path}[${first}]` }];
  });
}
