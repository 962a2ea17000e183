import { expect, test } from 'vitest';
import { importCycles } from './cycles.ts';
import { importsOf } from './imports-of.ts';

test('two files that know each other only by type are a cycle', () => {
  const cycles = cyclesOf({
    'a/one.ts': "import type { Two } from '../b/two.ts'; export interface One { two: Two }",
    'b/two.ts': "import { type One } from '../a/one.ts'; export interface Two { one: One }",
  });
  expect(cycles).toEqual([['a/one.ts', 'b/two.ts', 'a/one.ts']]);
});

test('a cycle is found wherever it begins, and named without the way to it', () => {
  const cycles = cyclesOf({
    'first.ts': "import './second.ts';",
    'second.ts': "export * from './third.ts';",
    'third.ts': "import 'node:fs'; import './fourth.ts';",
    'fourth.ts': "import type { Second } from './second.ts';",
  });
  expect(cycles).toEqual([['second.ts', 'third.ts', 'fourth.ts', 'second.ts']]);
});

test('a file that imports itself is one', () => {
  expect(cyclesOf({ 'a.ts': "import './a.ts';" })).toEqual([['a.ts', 'a.ts']]);
});

test('two ways to one file are none', () => {
  const diamond = { 'a.ts': "import './b.ts'; import './c.ts';", 'b.ts': "import './d.ts';", 'd.ts': '' };
  expect(cyclesOf({ ...diamond, 'c.ts': "import './d.ts';" })).toEqual([]);
});

function cyclesOf(files: Readonly<Record<string, string>>) {
  return importCycles(
    new Map(Object.entries(files).map(([path, source]) => [path, importsOf(path, source)])),
  );
}
