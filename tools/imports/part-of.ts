// Which part of the code a file belongs to.

import type { Part } from './rules.ts';

/** The part with the longest path that fits; undefined when there is none. */
export function partOf(path: string, parts: readonly Part[]): Part | undefined {
  return parts
    .filter((part) => path === part.path || path.startsWith(`${part.path}/`))
    .toSorted((one, other) => other.path.length - one.path.length)[0];
}
