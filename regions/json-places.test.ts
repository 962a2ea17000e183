import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonPlaces } from './json-places.ts';

test('a key that an object has twice is found, however it is written, at any depth', () => {
  const text = '{\n  "a": 1,\n  "l": [{"b": {"c": 1}}, {"b": 2,\n    "x": "b", "\\u0062": 3}],\n  "a": 2\n}';
  expect(jsonPlaces(text).repeated).toEqual([
    { path: 'l[1]', key: 'b', line: 4, column: 15, firstLine: 3 },
    { path: '', key: 'a', line: 5, column: 3, firstLine: 2 },
  ]);
});

test('the same key in two objects, and a key that is a value too, are not repeated', () => {
  expect(jsonPlaces('[{"a": "a", "b": ["a", "a"]}, {"a": {"a": 1}}]').repeated).toEqual([]);
});

test('the place of a value is its line, or that of what is around it', () => {
  const { lineOf } = jsonPlaces(
    '{\n"regions": [\n{"id": "a"},\n{"id": "b",\n"placement": ["WEUR",\n"EEUR"]}\n]}',
  );
  expect(lineOf('regions')).toBe(2);
  expect(lineOf('regions[1]')).toBe(4);
  expect(lineOf('regions[1].placement[1]')).toBe(6);
  expect(lineOf('regions[0].hint')).toBe(3);
  expect(lineOf('mesh')).toBeUndefined();
  expect(lineOf('')).toBeUndefined();
});

test('brackets and commas inside of strings are text', () => {
  const text = '{"a": "{\\"a\\": [1,", "b": "]}",\n"c": 1}';
  expect(jsonPlaces(text).repeated).toEqual([]);
  expect(jsonPlaces(text).lineOf('c')).toBe(2);
});

test('no JSON that JSON.stringify writes has a key twice, and one more of any of its keys is found', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1, noNullPrototype: true });
  fc.assert(
    fc.property(object, (value) => {
      const text = JSON.stringify(value);
      expect(jsonPlaces(text).repeated).toEqual([]);
      const [key = ''] = Object.keys(value);
      const more = `${text.slice(0, -1)},${JSON.stringify(key)}:1}`;
      expect(jsonPlaces(more).repeated).toHaveLength(1);
    }),
  );
});

test('deep nesting does not exhaust the stack', () => {
  const deep = `${'['.repeat(100_000)}{"a":1,"a":2}${']'.repeat(100_000)}`;
  expect(jsonPlaces(deep).repeated).toMatchObject([{ key: 'a' }]);
});
