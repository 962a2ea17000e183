// Finds the imports that the rules do not allow.

import type { Part } from './rules.ts';

/** Every file with what it imports, as `importsOf` names it. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

const TEST_FILE = /\.test\.ts$/;
const TEST_SUFFIX = /(\.workerd)?\.test\.ts$/;

/** For tests of every part. */
const TEST_SUPPORT = 'test/support';

/** One sentence for each import that is not allowed, and for each file without a rule. */
export function forbiddenImports(graph: ImportGraph, parts: readonly Part[]): readonly string[] {
  return [...graph].flatMap(([file, imported]) => {
    const part = partOf(file, parts);
    if (part === undefined) return [`${file} belongs to no part`];
    return imported
      .filter((name) => !mayImport({ file, part }, name, parts))
      .map((name) => `${file} (${part.path}) may not import ${name}`);
  });
}

function mayImport(
  { file, part }: { file: string; part: Part },
  name: string,
  parts: readonly Part[],
): boolean {
  const isTest = TEST_FILE.test(file);
  const target = partOf(name, parts);
  // A package, or a module of the platform.
  if (target === undefined) return isTest || (part.packages?.some((known) => isIn(name, known)) ?? true);
  if (target === part || part.imports.includes('*') || part.imports.includes(target.path)) return true;
  return isTest && [TEST_SUPPORT, ...(part.tests ?? [])].includes(target.path);
}

function isIn(name: string, known: string): boolean {
  return name === known || name.startsWith(`${known}/`);
}

/** The part with the longest path that fits; undefined when there is none. A test belongs to what it tests. */
export function partOf(path: string, parts: readonly Part[]): Part | undefined {
  const tested = path.replace(TEST_SUFFIX, '.ts');
  return parts
    .filter((part) => tested === part.path || path.startsWith(`${part.path}/`))
    .toSorted((one, other) => other.path.length - one.path.length)[0];
}
