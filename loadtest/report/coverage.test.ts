import { expect, test } from 'vitest';
import { madeRun } from '../../test/support/data/made-run.ts';
import type { Written } from '../../test/support/data/sample-file.ts';
import { FINISHED, summaryOfSamples } from '../../test/support/data/summary.ts';
import { isTooMuch } from './coverage.ts';
import type { Ending } from './ending.ts';

const MINUTE = { ...FINISHED, plannedMs: 60_000, ranMs: 60_500 };

const PAIRS = [
  ['weur', 'oc'],
  ['oc', 'weur'],
] as const;

/** What was not measured, in seconds. */
async function unmeasured(
  samples: readonly Written[],
  ending: Ending = MINUTE,
): Promise<readonly number[][]> {
  const summary = await summaryOfSamples(samples, { ending });
  return summary.unmeasured.map(({ fromMs, toMs }) => [fromMs, toMs].map((ms) => Math.round(ms / 100) / 10));
}

test('a run that was measured throughout has no time that was not', async () => {
  expect(await unmeasured(madeRun({ pairs: PAIRS, seconds: 60, everyMs: 20 }))).toEqual([]);
});

test('an edge that is gone for good was not measured until the planned end, although what is due goes on', async () => {
  const cuts = [{ fromMs: 12_000, toMs: 60_000 }];
  expect(await unmeasured(madeRun({ pairs: PAIRS, seconds: 60, everyMs: 20, cuts }))).toEqual([[12, 60]]);
});

test('users that end early leave the rest unmeasured; nothing tells so without a plan', async () => {
  const samples = madeRun({ pairs: PAIRS, seconds: 20, everyMs: 20 });
  expect(await unmeasured(samples)).toEqual([[20, 60]]);
  expect(await unmeasured(samples, { ...MINUTE, plannedMs: null })).toEqual([]);
});

test('an edge that is down at first was not measured from when something was due', async () => {
  const cuts = [{ fromMs: 0, toMs: 8_000 }];
  expect(await unmeasured(madeRun({ pairs: PAIRS, seconds: 60, everyMs: 20, cuts }))).toEqual([[0, 8]]);
});

test('setting up takes time in which nothing is due, and nothing has to be measured', async () => {
  const later = madeRun({ pairs: PAIRS, seconds: 50, everyMs: 20 }).map((each) => ({
    ...each,
    at: each.at + 10_000,
  }));
  const inSetup = { metric: 'nats_connect', at: 0, value: 5, tags: { region: 'weur', group: '::setup' } };
  expect(await unmeasured([inSetup, ...later])).toEqual([]);
});

test('that one region is cut off while others go on is a gap, and the time was measured', async () => {
  const cuts = [{ fromMs: 12_000, toMs: 32_400, from: 'weur', to: 'oc' }];
  expect(await unmeasured(madeRun({ pairs: PAIRS, seconds: 60, everyMs: 20, cuts }))).toEqual([]);
});

test('connecting is a measurement in a script that asks for nothing else', async () => {
  const connects = Array.from({ length: 60 }, (_, n) => ({
    metric: 'nats_connect',
    at: n * 1_000,
    value: 5,
    tags: { region: 'weur' },
  }));
  expect(await unmeasured(connects)).toEqual([]);
  expect(await unmeasured(connects.filter(({ at }) => at < 20_000 || at >= 40_000))).toEqual([[19, 40]]);
});

test('between connecting and the first message nothing is due, and nothing has to be measured', async () => {
  const connecting = [0, 100, 200].flatMap((at) => [
    { metric: 'nats_due', at, value: 1, tags: { region: 'weur', kind: 'connect' } },
    { metric: 'nats_connect', at: at + 50, value: 50, tags: { region: 'weur' } },
  ]);
  const later = madeRun({ pairs: PAIRS, seconds: 56, everyMs: 20 }).map((each) => ({
    ...each,
    at: each.at + 4_000,
  }));
  expect(await unmeasured([...connecting, ...later])).toEqual([]);
  // But once messages are due, they have to come.
  const cuts = [{ fromMs: 0, toMs: 3_000 }];
  const late = madeRun({ pairs: PAIRS, seconds: 56, everyMs: 20, cuts }).map((each) => ({
    ...each,
    at: each.at + 4_000,
  }));
  expect(await unmeasured([...connecting, ...late])).toEqual([[4, 7]]);
});

test('that clients connect again and again, and get nothing of what is due, is no measurement', async () => {
  const cuts = [{ fromMs: 20_000, toMs: 40_000 }];
  const connects = Array.from({ length: 60 }, (_, n) => [
    { metric: 'nats_due', at: n * 1_000, value: 1, tags: { region: 'weur', kind: 'connect' } },
    { metric: 'nats_connect', at: n * 1_000, value: 5, tags: { region: 'weur' } },
  ]).flat();
  const samples = [...madeRun({ pairs: PAIRS, seconds: 60, everyMs: 20, cuts }), ...connects];
  expect(await unmeasured(samples.toSorted((a, b) => a.at - b.at))).toEqual([[20, 40]]);
});

test('a script that measures every ten seconds is not without measurements in between', async () => {
  const seldom = [0, 10_000, 20_000, 30_000, 40_000, 50_000].map((at) => ({
    metric: 'nats_ping',
    at,
    value: 5,
  }));
  expect(await unmeasured(seldom)).toEqual([]);
});

test('of a run that was interrupted only the time until then has to be measured', async () => {
  const ending: Ending = { ...MINUTE, kind: 'interrupted', ranMs: 20_000 };
  expect(await unmeasured(madeRun({ pairs: PAIRS, seconds: 20, everyMs: 20 }), ending)).toEqual([]);
});

test('a run without any measurement was not measured at all', async () => {
  const users = [0, 30_000, 60_000].map((at) => ({ metric: 'vus', at, value: 4 }));
  expect(await unmeasured(users)).toEqual([[0, 60]]);
});

test('where nothing came of all that was due, it begins when the first was due', async () => {
  const due = [4_100, 30_000, 60_000].map((at) => ({
    metric: 'nats_due',
    at,
    value: 1,
    tags: { region: 'weur', kind: 'message' },
  }));
  expect(await unmeasured([{ metric: 'vus', at: 0, value: 4 }, ...due])).toEqual([[4.1, 60]]);
});

test('two seconds are not too much, a little more is, and so is more than a twentieth of a short run', () => {
  expect(isTooMuch([{ fromMs: 1_000, toMs: 3_000 }], 60_000)).toBe(false);
  expect(isTooMuch([{ fromMs: 1_000, toMs: 3_001 }], 60_000)).toBe(true);
  expect(isTooMuch([{ fromMs: 1_000, toMs: 2_500 }], 30_000)).toBe(false);
  expect(isTooMuch([{ fromMs: 1_000, toMs: 2_501 }], 30_000)).toBe(true);
});
