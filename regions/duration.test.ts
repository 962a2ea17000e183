import { expect, test } from 'vitest';
import { parseDurationMs } from './duration.ts';

test.each([
  ['10s', 10_000],
  ['10m', 600_000],
  ['24h', 86_400_000],
])('%s is %i ms', (text, milliseconds) => {
  expect(parseDurationMs(text)).toBe(milliseconds);
});

test.each(['', '10', 'm', '0s', '010s', '1.5h', '-1m', '10 m', '10M', '1d', '10ms'])(
  '"%s" is not a duration',
  (text) => {
    expect(() => parseDurationMs(text)).toThrow(RangeError);
  },
);
