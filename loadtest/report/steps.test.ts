import { expect, test } from 'vitest';
import type { Written } from '../../test/support/data/sample-file.ts';
import { FINISHED, summaryOfSamples } from '../../test/support/data/summary.ts';
import { kneeText } from './throughput-text.ts';
import { isGreen, verdictOf } from './verdict.ts';

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

test('a step that lost messages is not sustained, though it is the slowest', async () => {
  const tags = { size: '128', rate: '1000', region: 'oc' };
  const { knees } = await summaryOfSamples([
    ...step(0, 1_000, { reach: 0.6 }),
    { metric: 'nats_missing', at: 10_500, value: 4_000, tags },
    ...step(20, 2_000, { reach: 1 }),
  ]);
  expect(knees).toEqual([{ size: 128, rate: null, reached: true, later: 2_000 }]);
});

test('a step to streams whose messages were not acknowledged is not sustained', async () => {
  const acks = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      metric: 'nats_ack',
      at: (n * 10_000) / count,
      value: 5,
      tags: { size: '128', rate: '100', region: 'oc' },
    }));
  const sustained = async (count: number) =>
    (await summaryOfSamples([...step(0, 100), ...acks(count)])).steps.map((each) => each.sustained);
  expect(await sustained(1_000)).toEqual([true]);
  expect(await sustained(800)).toEqual([false]);
});

test('when no delivery of the slowest step was timed, nothing says how long one may take', async () => {
  const { knees } = await summaryOfSamples([...step(0, 1_000, { delayMs: null }), ...step(20, 2_000)]);
  expect(knees).toEqual([{ size: 128, rate: null, reached: true }]);
});

test('when every rate went through, the knee lies higher than what was offered', async () => {
  const { knees } = await summaryOfSamples([...step(0, 1_000), ...step(20, 2_000)]);
  expect(knees).toEqual([{ size: 128, rate: 2_000, reached: false }]);
});

/** Three seconds of a schedule, of which the last messages arrive late. */
function brief(start: number, rate: number, lateMs: number): readonly Written[] {
  const tags = { size: '128', rate: String(rate), region: 'oc' };
  return Array.from({ length: 30 }, (_, index) => start * 1_000 + index * 100).flatMap((at) => [
    { metric: 'nats_due', at, value: rate / 10, tags: { ...tags, kind: 'message' } },
    { metric: 'nats_published', at, value: rate / 10, tags },
    { metric: 'nats_delivered', at: at + lateMs, value: rate / 10, tags },
    { metric: 'nats_delivery', at: at + lateMs, value: lateMs, tags },
  ]);
}

test('a step is as long as its schedule, whatever arrives after it; a short one says no more than that it went through', async () => {
  const summary = await summaryOfSamples([...brief(0, 60, 5), ...brief(3, 240, 400)]);
  const { steps, knees } = summary;
  expect(steps.map(({ seconds, publishedPerSecond }) => [seconds, publishedPerSecond])).toEqual([
    [3, 60],
    [3, 240],
  ]);
  expect(knees).toEqual([{ size: 128, rate: 240, reached: false, isBrief: true }]);
  expect(knees.map(kneeText)).toEqual([
    '128 bytes: 240/s went through, for too short a time to say that it is sustained, and no more was offered',
  ]);
  expect(verdictOf(summary)).not.toContain('fell behind');
});

test('users that begin a little apart make no step longer', async () => {
  const { steps } = await summaryOfSamples(
    [...brief(0, 60, 5), ...brief(0.9, 60, 5)].map((each) => ({
      ...each,
      value: each.metric === 'nats_delivery' ? 5 : 3,
    })),
  );
  expect(steps.map(({ seconds, sustained }) => [seconds, sustained])).toEqual([[3, true]]);
});

test('what was due and not sent was not published', async () => {
  const unsent = brief(0, 1_000, 5).filter(({ metric, at }) => metric !== 'nats_published' || at < 2_800);
  expect((await summaryOfSamples(unsent)).knees).toEqual([{ size: 128, rate: null, reached: true }]);
});

test('one of several k6 offers its part of a rate', async () => {
  const third = brief(0, 1_000, 5).map((each) => ({
    ...each,
    value: each.metric === 'nats_delivery' ? 5 : 33,
  }));
  const { knees } = await summaryOfSamples(third, { runner: { number: 1, of: 3 } });
  expect(knees).toEqual([{ size: 128, rate: 1_000, reached: false, isBrief: true }]);
});

test('a run of which a step did not go through is not green, whatever its thresholds allow', async () => {
  const summary = await summaryOfSamples([...step(0, 1_000), ...step(20, 2_000, { delayMs: 200 })]);
  expect(verdictOf(summary)).toMatch(/^Not green: .*\bAt 2,000 messages\/s delivery fell behind\./);
  expect(isGreen(await summaryOfSamples([...step(0, 1_000), ...step(10, 2_000)]))).toBe(true);
});

test('steps that all go on to their end have to be measured until then', async () => {
  const ending = { ...FINISHED, plannedMs: 40_000, ranMs: 40_500 };
  const samples = [...step(0, 1_000), ...step(10, 2_000)];
  const whole = await summaryOfSamples(samples, { ending });
  expect(whole.unmeasured).toEqual([{ fromMs: 20_000, toMs: 40_000 }]);
  // A crossed threshold that ends the run is its answer.
  const ended = { ending: { ...ending, ranMs: 20_500 }, k6ExitCode: 99 };
  expect((await summaryOfSamples(samples, ended)).unmeasured).toEqual([]);
});

test('other runs have no steps', async () => {
  expect((await summaryOfSamples([{ metric: 'nats_ping', at: 0, value: 1 }])).steps).toEqual([]);
});
