// Finds files that import each other, directly or through others.

import type { ImportGraph } from './forbidden.ts';

/** Cycles as lists of files, with the first repeated at the end. Of cycles that share a file, at least one is found. */
export function importCycles(graph: ImportGraph): readonly (readonly string[])[] {
  const cycles: (readonly string[])[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    const seenAt = way.indexOf(file);
    if (seenAt !== -1) cycles.push([...way.slice(seenAt), file]);
    if (seenAt !== -1 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
}
