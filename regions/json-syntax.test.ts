import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findJsonSyntaxError } from './json-syntax.ts';

test.each([
  ['{\n  "a": 1,\n}', 3, 1, 'a key in double quotes'],
  ['{ "a" 1 }', 1, 7, ':'],
  ['[1 2]', 1, 4, ', or ]'],
  ['{"a": 1 "b": 2}', 1, 9, ', or }'],
  ['{\n  "a": [1,\n', 3, 1, 'a value'],
  ['{} {}', 1, 4, 'the end of the file'],
  ['', 1, 1, 'a value'],
  ["{'a': 1}", 1, 2, 'a key in double quotes or }'],
  ['[tru]', 1, 2, 'a value or ]'],
  ['["a\nb"]', 1, 2, 'a value or ]'],
  ['["a\u0000"]', 1, 4, 'an escape such as \\u0000, since a string holds no control character as it is'],
  ['{\n"\ta": 1}', 2, 2, 'an escape such as \\u0009, since a string holds no control character as it is'],
])('finds the place in %j', (text, line, column, expected) => {
  expect(findJsonSyntaxError(text)).toEqual({ line, column, expected });
});

test('finds nothing in JSON', () => {
  fc.assert(fc.property(fc.json(), (text) => findJsonSyntaxError(text) === undefined));
});

test('agrees with JSON.parse on every text', () => {
  const scraps = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"\\u00e9"',
    '"\\x"',
    '1',
    '-',
    '0.5e3',
    '01',
    'null',
    ' ',
  );
  const text = fc.array(scraps, { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (candidate) => (findJsonSyntaxError(candidate) === undefined) === isJson(candidate)),
    { numRuns: 3000 },
  );
});

test('deep nesting does not exhaust the stack', () => {
  expect(findJsonSyntaxError('['.repeat(200_000))).toMatchObject({ column: 200_001 });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
