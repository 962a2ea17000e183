// Which modules a file imports, type-only imports included. The parser is the one that vitest brings. A type written as
// `import('...').Name` is not found, since it is not in a statement.

import { posix } from 'node:path';
import { parseSync } from 'vite';

/** What each import of a file names: a path from the repository's root, or a package or built-in module. */
export function importsOf(path: string, source: string): readonly string[] {
  const { module, errors } = parseSync(path, source);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  const named = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
    // Of `import(...)` only the position of the text is known; a computed one names no module.
    ...module.dynamicImports.flatMap(({ moduleRequest: { start, end } }) =>
      literalOf(source.slice(start, end)),
    ),
  ];
  return [...new Set(named.map((name) => (name.startsWith('.') ? posix.join(path, '..', name) : name)))];
}

function literalOf(text: string): readonly string[] {
  const [, name] = /^['"](.*)['"]$/.exec(text) ?? [];
  return name === undefined ? [] : [name];
}
