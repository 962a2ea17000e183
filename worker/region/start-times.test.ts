import { expect, test } from 'vitest';
import { StartTimes } from './start-times.ts';

function timesOf(...noted: readonly number[]): StartTimes {
  let kept: readonly number[] | undefined;
  const times = new StartTimes({
    get: () => kept,
    put: (_key, next) => {
      kept = next;
    },
  });
  for (const ms of noted) times.note(ms);
  return times;
}

test('before the first start it is what containers usually take', () => {
  expect(timesOf().usualMs).toBe(3_000);
});

test('it is the 95th percentile of the last twenty starts, and none of them counts for more than a minute', () => {
  expect(timesOf(900, 1_200, 1_000).usualMs).toBe(1_200);
  const twenty = Array.from({ length: 20 }, (_, index) => 1_000 + index);
  expect(timesOf(9_000, ...twenty).usualMs).toBe(1_018);
  expect(timesOf(600_000).usualMs).toBe(60_000);
});
