// Which modules a file imports, those of types only included, also where a type is written as `import('...').Name`,
// in TypeScript or in the comments that give JavaScript its types. The parser is the one that vitest brings.

import { posix } from 'node:path';
import { parseSync } from 'vite';

/** What each import of a file names: a path from the repository's root, or a package or built-in module. */
export function importsOf(path: string, source: string): readonly string[] {
  const { module, errors, program, comments } = parseSync(path, source);
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
    ...importTypesIn(program),
    ...(path.endsWith('.ts') ? [] : comments.flatMap(({ value }) => importTypesInText(value))),
  ];
  return [...new Set(named.map((name) => (name.startsWith('.') ? posix.join(path, '..', name) : name)))];
}

function literalOf(text: string): readonly string[] {
  const [, name] = /^['"](.*)['"]$/.exec(text) ?? [];
  return name === undefined ? [] : [name];
}

/** Of `import('...').Name` the module, wherever it stands below a node of the syntax tree. */
function importTypesIn(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  const below = Object.values(node).flatMap(importTypesIn);
  return isImportType(node) ? [node.source.value, ...below] : below;
}

function isImportType(node: object): node is { readonly source: { readonly value: string } } {
  return 'type' in node && node.type === 'TSImportType';
}

function importTypesInText(comment: string): readonly string[] {
  return [...comment.matchAll(/\bimport\(['"]([^'"]+)['"]\)/g)].flatMap(([, name]) => name ?? []);
}
