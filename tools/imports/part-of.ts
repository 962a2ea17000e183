// Which part of the code a file belongs to.

import type { Part } from './rules.ts';

const TEST_SUFFIX = /(\.property)?(\.workerd)?\.test\.ts$/;

/** The part with the longest path that fits; undefined when there is none. A test belongs to what it tests. */
export function partOf(path: string, parts: readonly Part[]): Part | undefined {
  const tested = path.replace(TEST_SUFFIX, '.ts');
  return parts
    .filter((part) => tested === part.path || path.startsWith(`${part.path}/`))
    .toSorted((one, other) => other.path.length - one.path.length)[0];
}
