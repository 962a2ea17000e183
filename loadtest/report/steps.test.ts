import { expect, test } from 'vitest';
import type { Written } from '../../test/support/data/sample-file.ts';
import { summaryOfSamples } from '../../test/support/data/summary.ts';
import { kneeText } from './throughput-text.ts';

/** Ten seconds of a step, in batches of a tenth of a second. */
function step(
  start: number,
  rate: number,
  { kept = 1, reach = 2, delayMs = 5 }: { kept?: number; reach?: number; delayMs?: number | null } = {},
): readonly Written[] {
  const tags = { size: '128', rate: String(rate), region: 'oc' };
  return Array.from({ length: 101 }, (_, index) => start * 1_000 + index * 100).flatMap((at) => [
    { metric: 'nats_published', at, value: (rate * kept) / 10, tags },
    { metric: 'nats_delivered', at, value: (rate * kept * reach) / 10, tags },
    ...(delayMs === null ? [] : [{ metric: 'nats_delivery', at, value: delayMs, tags }]),
  ]);
}

test('the knee is the last rate before the first that was not published', async () => {
  const { steps, knees } = await summaryOfSamples([
    ...step(0, 1_000),
    ...step(20, 2_000),
    ...step(40, 4_000, { kept: 0.8 }),
    ...step(60, 8_000),
  ]);
  expect(steps.map(({ rate, sustained }) => [rate, sustained])).toEqual([
    [1_000, true],
    [2_000, true],
    [4_000, false],
    [8_000, true],
  ]);
  expect(knees).toEqual([{ size: 128, rate: 2_000, reached: true, later: 8_000 }]);
  expect(knees.map(kneeText)).toEqual(['128 bytes: 2,000/s sustained, the next step not; 8,000/s was again']);
});

test.each([
  ['reaches fewer subscribers', { reach: 1.5 }],
  ['is delivered with the delay of a queue', { delayMs: 200 }],
  ['is delivered after nobody knows how long', { delayMs: null }],
])('a step whose messages are all published is not sustained when it %s', async (_what, options) => {
  const { knees } = await summaryOfSamples([...step(0, 1_000), ...step(20, 2_000, options)]);
  expect(knees).toEqual([{ size: 128, rate: 1_000, reached: true }]);
});

test('when no delivery of the slowest step was timed, nothing says how long one may take', async () => {
  const { knees } = await summaryOfSamples([...step(0, 1_000, { delayMs: null }), ...step(20, 2_000)]);
  expect(knees).toEqual([{ size: 128, rate: null, reached: true }]);
});

test('when every rate went through, the knee lies higher than what was offered', async () => {
  const { knees } = await summaryOfSamples([...step(0, 1_000), ...step(20, 2_000)]);
  expect(knees).toEqual([{ size: 128, rate: 2_000, reached: false }]);
});

test('other runs have no steps', async () => {
  expect((await summaryOfSamples([{ metric: 'nats_ping', at: 0, value: 1 }])).steps).toEqual([]);
});
