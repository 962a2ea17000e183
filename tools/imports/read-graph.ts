// Reads every source file of the repository for what it imports.

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImportGraph } from './forbidden.ts';
import { importsOf } from './imports-of.ts';

/** Files of folders: those at the root configure tools. Hidden folders are not ours. */
const SOURCES = '*/**/*.{ts,tsx,js,mjs}';

/** What the page of the map and the site of the docs are built into. */
const BUILT: ReadonlySet<string> = new Set(['map/dist', 'site/dist']);

/** Of the folder that is given, or of this repository. */
export function readGraph(root = join(import.meta.dirname, '../..')): ImportGraph {
  const files = globSync(SOURCES, {
    cwd: root,
    exclude: (path) => path === 'node_modules' || BUILT.has(path) || path.startsWith('.'),
  });
  return new Map(
    files.toSorted().map((path) => [path, importsOf(path, readFileSync(join(root, path), 'utf8'))]),
  );
}
