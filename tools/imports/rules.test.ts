import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importCycles } from './cycles.ts';
import { partOf } from './forbidden.ts';
import { readGraph } from './read-graph.ts';
import { PARTS } from './rules.ts';
import { withTable } from './table.ts';

const PURE = [
  'regions',
  'regions/rules',
  'regions/edits',
  'api',
  'cost',
  'routing',
  'scaling',
  'routing/filters',
  'routing/latency',
  'routing/places',
  'worker/forecast',
];
const SHIPS = /^(api|cost|regions|routing|scaling|waiting|worker)(\/|$)/;

test('arrows go one way: no part imports itself by way of others', () => {
  const known = PARTS.map(({ path }) => path);
  // A folder may import a part inside it that builds on the folder: see Part.
  const arrows = PARTS.map(({ path, imports }) => [path, outside(path, imports)] as const);
  expect(importCycles(new Map(arrows))).toEqual([]);
  expect(PARTS.flatMap(({ imports, tests = [] }) => [...imports, ...tests])).toSatisfy(
    (names: readonly string[]) => names.every((name) => name === '*' || known.includes(name)),
  );
});

test('nor does a folder with all that is in it', () => {
  const rootOf = (path: string) => path.split('/')[0] ?? path;
  const roots = [...new Set(PARTS.map(({ path }) => rootOf(path)))];
  const arrows = roots.map((root) => {
    const parts = PARTS.filter(({ path }) => rootOf(path) === root);
    const names = parts.flatMap(({ path, imports }) => outside(path, imports)).map(rootOf);
    return [root, [...new Set(names)].filter((name) => name !== root)] as const;
  });
  expect(importCycles(new Map(arrows))).toEqual([]);
});

function outside(path: string, imports: readonly string[]): readonly string[] {
  return imports.filter((name) => name !== '*' && !name.startsWith(`${path}/`));
}

test('what ships imports only what ships, and every package of it is listed', () => {
  for (const { path, imports, packages } of PARTS.filter(({ path }) => SHIPS.test(path))) {
    expect({ path, others: imports.filter((name) => !SHIPS.test(name)) }).toEqual({ path, others: [] });
    expect({ path, packages }).toEqual({ path, packages: expect.any(Array) });
  }
});

test('what is pure knows nothing of Node or Cloudflare', () => {
  for (const pure of PURE) {
    const { packages = ['any'], imports } = PARTS.find(({ path }) => path === pure) ?? { imports: [] };
    expect(packages.filter((name) => name !== 'valibot')).toEqual([]);
    expect(imports.filter((name) => !PURE.includes(name))).toEqual([]);
  }
});

test('the Worker has no way to what generates files', () => {
  const importers = PARTS.filter(({ imports }) => imports.includes('regions/generate'));
  expect(importers.map(({ path }) => path).filter((path) => SHIPS.test(path))).toEqual([]);
});

test('every rule is about files that are there, those of the Worker among them', () => {
  const files = [...readGraph().keys()];
  expect(files).toContain('worker/index.ts');
  expect(files).toContain('tools/imports/rules.test.ts');
  for (const part of PARTS) expect(files.some((file) => partOf(file, PARTS) === part)).toBe(true);
});

test('nothing is allowed that no file needs', () => {
  // For all of the Worker, whether each part of it needs them or not.
  const shared = new Set(['*', 'regions', 'api', 'worker']);
  const graph = [...readGraph()];
  const unused = PARTS.flatMap((part) => {
    const imported = graph.filter(([file]) => partOf(file, PARTS) === part).flatMap(([, names]) => names);
    const needed = new Set(imported.map((name) => partOf(name, PARTS)?.path));
    return part.imports
      .filter((name) => !needed.has(name) && !shared.has(name))
      .map((name) => `${part.path} -> ${name}`);
  });
  expect(unused).toEqual([]);
});

test('the table of docs/architecture.md is current', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/architecture.md'), 'utf8');
  expect(withTable(page, PARTS)).toBe(page);
});

test('a page without the marker lines, or with two of them, is not touched', () => {
  expect(() => withTable('no table', PARTS)).toThrow(/should have/);
  const page = withTable('<!-- imports: written by npm run imports -->\n<!-- end of imports -->', PARTS);
  expect(() => withTable(page + page, PARTS)).toThrow(/should have/);
});
