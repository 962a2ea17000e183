import { expect, test } from 'vitest';
import { helloIn, readBy } from './messages.ts';

test.each([
  ['{}', {}],
  ['{"token":"a"}', { token: 'a' }],
  ['hello', 'no hello'],
  ['{"token":1}', 'no hello'],
  ['{"token":"a","more":1}', 'no hello'],
  [JSON.stringify({ token: 'x'.repeat(5_000) }), 'too long'],
])('the first message %s', (message, hello) => {
  expect(helloIn(message)).toEqual(hello);
});

test('bytes are no first message', () => {
  expect(helloIn(new ArrayBuffer(2))).toBe('too long');
});

test.each([
  ['what was told', { toldAt: 20, readAt: 10 }, '{"read":20}', { readAt: 20 }],
  ['less than before', { toldAt: 20, readAt: 10 }, '{"read":5}', { readAt: 10 }],
  ['more than was told', { toldAt: 20, readAt: 10 }, '{"read":1e99}', { readAt: 20 }],
  ['something else', { toldAt: 20, readAt: 10 }, '{"token":"a"}', { readAt: 10 }],
  ['too much', { toldAt: 20, readAt: 10 }, `{"read":20${' '.repeat(100)}}`, {}],
  ['before anything was told', {}, '{"read":20}', {}],
])('a later message that says %s', (_, note, message, expected) => {
  expect(readBy(note, message)).toEqual(expected);
});
