import { expect, test } from 'vitest';
import type { Arrival } from './clients/client-event.ts';
import { type Goals, isMissed, judge } from './judge.ts';
import type { Observed } from './observed.ts';
import { combinationText, summaryText } from './report.ts';

const GOALS: Goals = {
  maxRefused: 0,
  maxServedMs: 1_500,
  maxHungMs: 10_000,
  maxHomeMs: 10_000,
  maxAstray: 0.05,
};

function observed(arrivals: readonly Partial<Arrival>[], silentMs: number): Observed {
  const usual = { type: 'arrival', city: 'Sydney', ms: 20, failures: [] } as const;
  return {
    rankings: { Sydney: ['oc', 'apac'] },
    affected: ['oc'],
    begunAt: 0,
    endedAt: 20_000,
    returnedAt: { oc: 20_000 },
    finishedAt: 60_000,
    events: {
      go: [
        { type: 'landed', client: 'a', city: 'Sydney', region: 'oc', at: 0 },
        { type: 'landed', client: 'a', city: 'Sydney', region: 'apac', at: 5_000 },
        { type: 'silence', client: 'a', city: 'Sydney', from: 0, ms: silentMs, isOpen: false },
        ...arrivals.map((each) => ({ ...usual, due: 100, region: 'apac', ...each })),
        { ...usual, due: 21_000, region: 'oc' },
      ],
    },
  };
}

test('with everything exactly at its limit all goals are met', () => {
  const judgement = judge({ kind: 'hung', k: 1, where: 'near' }, observed([{ ms: 1_500 }], 10_000), GOALS);
  expect(judgement.verdicts.map(({ what, was }) => [what, was])).toEqual([
    ['connects refused', 0],
    ['served at p99', 1_500],
    ['without service at p99', 10_000],
    ['lost', 0],
    ['home again', 1_020],
  ]);
  expect(isMissed(judgement)).toBe(false);
});

test.each([
  ['a refusal', [{ failures: [{ at: 100, why: '503' }] }], 0, 'connects refused'],
  ['a client that waits', [{ ms: 1_501 }], 0, 'served at p99'],
  ['a client that is left on the hung server', [{}], 10_001, 'without service at p99'],
  ['one that lands elsewhere to the end', [{}, { due: 59_000 }], 0, 'home again'],
] as const)('%s misses a goal', (_name, arrivals, silentMs, goal) => {
  const judgement = judge({ kind: 'hung', k: 1, where: 'near' }, observed(arrivals, silentMs), GOALS);
  expect(judgement.verdicts.filter(({ isMet }) => !isMet).map(({ what }) => what)).toEqual([goal]);
});

test.each([
  ['nobody came during the outage', { events: { go: [] } }, 'served at p99'],
  ['nobody stayed on the hung server', { events: { go: [] } }, 'without service at p99'],
  ['nobody came home from it', { rankings: {} }, 'home again'],
])('when %s, its goal is missed: nothing shows that it was met', (_name, missing, goal) => {
  const seen = { ...observed([{}], 0), ...missing };
  const { verdicts } = judge({ kind: 'hung', k: 1, where: 'near' }, seen, GOALS);
  expect(verdicts.find(({ what }) => what === goal)).toMatchObject({ was: Infinity, isMet: false });
});

test('when nobody was on the killed region, none is known to have gone by the ranking', () => {
  const seen = { ...observed([{}], 0), affected: [] };
  const { verdicts } = judge({ kind: 'killed', k: 1, where: 'near' }, seen, GOALS);
  expect(verdicts.find(({ what }) => what === 'astray')).toMatchObject({ was: Infinity, isMet: false });
});

test('how long those on a killed region are without service is their library; that they go by the ranking is not', () => {
  const judgement = judge({ kind: 'killed', k: 1, where: 'near' }, observed([], 30_000), GOALS);
  expect(judgement.verdicts.map(({ what }) => what)).not.toContain('without service at p99');
  expect(judgement.verdicts).toContainEqual({ what: 'astray', limit: 0.05, unit: '', was: 0, isMet: true });
});

test('the report shows each library, what failed, where clients went, and the goals', () => {
  const refused = { failures: [{ at: 100, why: '503' }] };
  const judgement = judge({ kind: 'hung', k: 1, where: 'near' }, observed([refused], 12_000), GOALS);
  const text = combinationText(judgement);
  expect(text).toContain('hung, 1 nearest (oc)');
  expect(text).toMatch(/^go +1 +1 +0 +20 ms \/ 20 ms \/ 20 ms +1 +12\.0 s/m);
  expect(text).toContain('connects failed with: 1 x 503');
  expect(text).toContain('went to: 1 x apac; 1 where the ranking says');
  expect(text).toContain('Sydney oc 1.0 s (returned in 0 ms)');
  expect(text).toContain('MISSED: connects refused 1 (at most 0)');
  expect(summaryText([judgement])).toMatch(/^hung, 1 nearest \(oc\) +1 \(1 of 1\).*MISSED$/m);
});
