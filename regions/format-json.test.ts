import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatJson } from './format-json.ts';

test('a list of plain values stays on one line up to column 110, including a comma', () => {
  const fits = { a: ['x'.repeat(98)] };
  const tooLong = { a: ['x'.repeat(99)] };
  expect(formatJson(fits).split('\n')).toHaveLength(4);
  expect(formatJson(tooLong).split('\n')).toHaveLength(6);
});

test('objects have one field per line', () => {
  expect(formatJson({ a: 1, b: [{ c: [] }], d: {} })).toBe(
    '{\n  "a": 1,\n  "b": [\n    {\n      "c": []\n    }\n  ],\n  "d": {}\n}\n',
  );
});

test('parsing the text gives the value back', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(formatJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
