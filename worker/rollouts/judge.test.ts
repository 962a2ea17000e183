import * as v from 'valibot';
import { expect, test } from 'vitest';
import { type RolloutFile, RolloutPlanSchema, type VerdictOutcome } from '../../api/rollouts.ts';
import { defaultConfig } from '../../test/support/data/checked-in.ts';
import { nextOf, watch } from './judge.ts';
import { type RolloutRecord, UNWATCHED } from './rollout-record.ts';

const FILE: RolloutFile = {
  name: 'less-oc',
  every: '10s',
  failureLimit: 3,
  steps: [
    { set: { 'oc.dial': 50 }, for: '1m' },
    { set: { 'oc.dial': 0 }, for: '1m' },
  ],
};

function record(more: Partial<RolloutRecord> = {}, file: Partial<RolloutFile> = {}): RolloutRecord {
  return {
    ...{ id: 1, plan: v.parse(RolloutPlanSchema, { ...FILE, ...file }), author: 'token:admin', createdAt: 0 },
    ...{ startAt: null, endedAt: null, state: 'running', why: null, base: 0, version: 1, step: 0, steps: [] },
    ...{
      before: {},
      made: {},
      changed: ['oc'],
      watchedMs: 0,
      watchedSince: 0,
      watched: UNWATCHED,
      events: [],
    },
    ...more,
  };
}

const verdicts = (...outcomes: readonly [VerdictOutcome, number][]) => ({
  ...UNWATCHED,
  verdicts: outcomes.map(([outcome, inARow]) => ({ check: 'mesh', outcome, words: 'so', inARow })),
});

const MINUTE = 60_000;

test.each([
  ['too early', { watched: verdicts(['pass', 0]) }, MINUTE - 1, { kind: 'wait' }],
  ['watched for long enough', { watched: verdicts(['pass', 0]) }, MINUTE, { kind: 'step', step: 1 }],
  [
    'watched before a pause too',
    { watched: verdicts(['pass', 0]), watchedMs: 50_000 },
    10_000,
    { kind: 'step', step: 1 },
  ],
  [
    'while it is paused',
    { watched: verdicts(['pass', 0]), watchedSince: null, step: -1 },
    0,
    { kind: 'step', step: 0 },
  ],
  ['with too few samples', { watched: verdicts(['pass', 0], ['waiting', 0]) }, MINUTE, { kind: 'wait' }],
  [
    'with too few samples before the first step',
    { watched: verdicts(['waiting', 0]), step: -1, watchedSince: null },
    0,
    { kind: 'step', step: 0 },
  ],
  ['while something fails', { watched: verdicts(['pass', 0], ['fail', 2]) }, MINUTE, { kind: 'wait' }],
  ['at the last step', { watched: verdicts(['pass', 0]), step: 1 }, MINUTE, { kind: 'done' }],
  [
    'after three failures',
    { watched: verdicts(['fail', 3]) },
    1,
    { kind: 'abort', why: 'mesh failed 3 times in a row: so' },
  ],
  [
    'after three times without data',
    { watched: verdicts(['unknown', 3]) },
    1,
    { kind: 'abort', why: 'mesh had no data 3 times in a row: so' },
  ],
] as const)('%s', (_, more, now, next) => {
  expect(nextOf(record(more as Partial<RolloutRecord>), now)).toEqual(next);
});

test('failures in a row are counted, and a pass begins anew', () => {
  const config = defaultConfig();
  const plan = { checks: [{ check: 'jetstream' as const }] };
  const admission = (state: string) =>
    ({
      regions: [],
      admission: { members: [{ region: 'weur', state }], hasProblem: false, lostStreams: 0 },
    }) as never;
  let current = record({}, plan);
  const look = (state: string) => {
    current = { ...current, watched: watch(current, { config, snapshot: admission(state), counted: {} }, 0) };
    return current.watched.verdicts[0]?.inARow;
  };
  expect(['joining', 'joining', 'full', 'joining'].map(look)).toEqual([1, 2, 0, 1]);
});

test('a failure and silence in turn are both bad, and one that waits is neither good nor bad', () => {
  const config = defaultConfig();
  const plan = { checks: [{ check: 'jetstream' as const }] };
  const bad = {
    regions: [],
    admission: { members: [{ region: 'weur', state: 'joining' }], hasProblem: false, lostStreams: 0 },
  } as never;
  let current = record({}, plan);
  for (const snapshot of [bad, { regions: [] } as never, bad])
    current = { ...current, watched: watch(current, { config, snapshot, counted: {} }, 0) };
  expect(nextOf(current, 1)).toMatchObject({ kind: 'abort' });
});

test('while few come, all that have come since the step count, and of many only the last', () => {
  const config = defaultConfig();
  const snapshot = { regions: [] } as never;
  const visit = (count: number) => ({
    0: { key: { wanted: 'oc', region: 'oc', colo: 'SYD', count, within: [] } },
  });
  let few = record({}, { checks: [{ check: 'connects' }], minSamples: 20 });
  for (let look = 0; look <= 10; look += 1)
    few = { ...few, watched: watch(few, { config, snapshot, counted: visit(look * 2 + 1) }, 0) };
  expect(few.watched.verdicts[0]).toMatchObject({
    outcome: 'pass',
    words: expect.stringContaining('of 20 clients'),
  });
  let many = record({}, { checks: [{ check: 'connects' }], minSamples: 20 });
  for (let look = 0; look <= 10; look += 1)
    many = { ...many, watched: watch(many, { config, snapshot, counted: visit(look * 100 + 1) }, 0) };
  expect(many.watched.windows).toHaveLength(3);
  expect(many.watched.verdicts[0]?.words).toContain('of 300 clients');
});

test('silence of the collector fails nothing, but is counted', () => {
  const silent = { config: defaultConfig(), snapshot: undefined, counted: undefined };
  const { verdicts } = watch(record(), silent, 0);
  expect(new Set(verdicts.map(({ outcome }) => outcome))).toEqual(new Set(['unknown']));
  expect(verdicts.map(({ inARow }) => inARow)).toEqual(verdicts.map(() => 1));
});
