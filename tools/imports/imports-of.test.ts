import { expect, test } from 'vitest';
import { importsOf } from './imports-of.ts';

test.each([
  ["import { a } from './a.ts';", ['worker/mesh/a.ts']],
  ["import type { A } from '../a.ts';", ['worker/a.ts']],
  ["import { type A, type B } from '../../a.ts';", ['a.ts']],
  ["import './a.ts';", ['worker/mesh/a.ts']],
  ["export { a } from './a.ts';", ['worker/mesh/a.ts']],
  ["export type { A } from './a.ts';", ['worker/mesh/a.ts']],
  ["export * from './a.ts';", ['worker/mesh/a.ts']],
  ["const a = await import('./a.ts');", ['worker/mesh/a.ts']],
  ['const a = await import(name);', []],
  ["import data from './a.json' with { type: 'json' };", ['worker/mesh/a.json']],
  ["import { z } from '@scope/package/part';", ['@scope/package/part']],
  ["import { env } from 'cloudflare:workers';", ['cloudflare:workers']],
  ["import { a } from './a.ts'; export { b } from './a.ts'; await using c = open();", ['worker/mesh/a.ts']],
  ["type A = import('./a.ts').A;", ['worker/mesh/a.ts']],
  ["function f(): Promise<import('../a.ts').A[]> {}", ['worker/a.ts']],
  ["type A = typeof import('./a.ts');", ['worker/mesh/a.ts']],
  ["// import { a } from './a.ts';", []],
  ["/** As in import('./a.ts').A, which is no type here. */", []],
])('%s', (source, expected) => {
  expect(importsOf('worker/mesh/link.ts', source)).toEqual(expected);
});

test('the types of JavaScript are in its comments', () => {
  const source = "/** @typedef {import('./a.js').A} A */\n/** @param {import('k6/http').Response} r */";
  expect(importsOf('loadtest/lib/b.js', source)).toEqual(['loadtest/lib/a.js', 'k6/http']);
});

test('a file that cannot be read as code is named', () => {
  expect(() => importsOf('worker/mesh/link.ts', 'import {')).toThrow(/^worker\/mesh\/link.ts: /);
});
