import { expect, test } from 'vitest';
import { drainText } from './drain-text.ts';

const times = { lameDuck: { graceSeconds: 10, durationSeconds: 120 }, routing: { drainSettleSeconds: 60 } };

test.each([
  ['settling', 20_000, /learn now, for 40 s at most/],
  ['settling', 70_000, /for 0 s at most/],
  ['lame-duck', 100_000, /reconnect elsewhere, for 90 s at most/],
] as const)('a drain that is %s %i ms after its begin', (drainPhase, now, words) => {
  expect(drainText({ drainPhase, since: 0 }, times, now)).toMatch(words);
});

test('without the configuration only the phase is said, and nothing of a region that does not drain', () => {
  expect(drainText({ drainPhase: 'settling', since: 0 }, undefined, 5)).not.toContain('at most');
  expect(drainText({ since: 0 }, times, 5)).toBeUndefined();
});
