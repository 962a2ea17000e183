import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type Content, payloadOf } from './payload.ts';

test.each(['same', 'json', 'random'] as const)(
  'a payload of %s has the length that is asked for',
  (content) => {
    expect([1, 16, 4096, 262_144].map((bytes) => payloadOf(content, bytes, 3).length)).toEqual([
      1, 16, 4096, 262_144,
    ]);
  },
);

test('text compresses to less than half, as records do and no letter alone would; random bytes do not', () => {
  const compressed = (content: Content) => deflateRawSync(payloadOf(content, 4096, 1)).length / 4096;
  expect(compressed('json')).toBeGreaterThan(0.1);
  expect(compressed('json')).toBeLessThan(0.5);
  expect(compressed('random')).toBeGreaterThan(0.99);
});

test('two messages differ, and the same message is the same in every run but for random ones', () => {
  expect(payloadOf('json', 4096, 1)).not.toEqual(payloadOf('json', 4096, 2));
  expect(payloadOf('json', 4096, 1)).toEqual(payloadOf('json', 4096, 1));
});
