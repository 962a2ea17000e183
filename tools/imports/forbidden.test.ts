import { expect, test } from 'vitest';
import { forbiddenImports } from './forbidden.ts';
import { importsOf } from './imports-of.ts';
import type { Part } from './rules.ts';

const PARTS: readonly Part[] = [
  { path: 'low', what: '', imports: [], packages: ['valibot'] },
  { path: 'low/apart.ts', what: '', imports: ['low'], packages: [] },
  { path: 'high', what: '', imports: ['low'], tests: ['low/apart.ts'] },
  { path: 'test/support', what: '', imports: ['*'] },
  { path: 'test', what: '', imports: ['*'] },
];

test.each([
  ['high/a.ts', "import { b } from '../low/b.ts';"],
  ['high/a.ts', "import type { B } from './deep/b.ts';"],
  ['low/a.ts', "import * as v from 'valibot';"],
  ['low/a.ts', "import * as v from 'valibot/lite';"],
  ['low/apart.workerd.test.ts', "import { a } from './apart.ts'; import { b } from './b.ts';"],
  ['low/a.test.ts', "import fs from 'node:fs'; import { s } from '../test/support/s.ts';"],
  ['high/a.ts', "import fs from 'node:fs';"],
  ['high/a.test.ts', "import { c } from '../low/apart.ts';"],
  ['low/apart.ts', "import { c } from './c.ts';"],
  ['test/support/s.ts', "import { a } from '../../high/a.ts'; import { c } from '../../low/apart.ts';"],
])('%s may say %s', (path, source) => {
  expect(problemsOf(path, source)).toEqual([]);
});

test.each([
  ['low/a.ts', "import { a } from '../high/a.ts';", 'high/a.ts'],
  ['low/a.ts', "import type { A } from '../high/a.ts';", 'high/a.ts'],
  ['low/a.ts', "export type { A } from '../high/a.ts';", 'high/a.ts'],
  ['low/a.test.ts', "import { a } from '../high/a.ts';", 'high/a.ts'],
  ['low/a.ts', "import { c } from './apart.ts';", 'low/apart.ts'],
  ['high/a.ts', "import { c } from '../low/apart.ts';", 'low/apart.ts'],
  ['low/a.ts', "import fs from 'node:fs';", 'node:fs'],
  ['low/a.ts', "import { env } from 'cloudflare:workers';", 'cloudflare:workers'],
  ['low/a.ts', "import type { Plan } from 'valibot-plan';", 'valibot-plan'],
  ['high/a.ts', "import { s } from '../test/support/s.ts';", 'test/support/s.ts'],
  ['high/a.test.ts', "import { s } from '../test/failure/s.ts';", 'test/failure/s.ts'],
])('%s may not say %s', (path, source, name) => {
  expect(problemsOf(path, source)).toEqual([expect.stringContaining(`may not import ${name}`)]);
});

test('a file that no rule is about is a problem of its own', () => {
  expect(problemsOf('lower/a.ts', '')).toEqual(['lower/a.ts belongs to no part']);
});

function problemsOf(path: string, source: string): readonly string[] {
  return forbiddenImports(new Map([[path, importsOf(path, source)]]), PARTS);
}
