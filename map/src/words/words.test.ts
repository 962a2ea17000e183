import { expect, test } from 'vitest';
import type { Rollout } from '../../../api/rollouts.ts';
import type { Route } from '../../../api/route.ts';
import { drainPhases } from './drain.ts';
import { bytesRate, clientsText, durationText, msText, percentText, shortCount } from './numbers.ts';
import { placeQuery } from './place-query.ts';
import { isShown, rolloutWords } from './rollout.ts';
import { changesOf, summaryOf } from './summary.ts';
import { youSentence } from './you.ts';

const NAMES: Readonly<Record<string, string>> = { oc: 'Oceania', apac: 'Asia Pacific' };
const nameOf = (id: string) => NAMES[id] ?? id;

function candidate(region: string, finalMs: number, effects: Route['candidates'][number]['effects'] = []) {
  const estimate = { priorMs: finalMs, measuredMs: null, samples: 0, finalMs };
  return { rank: 1, region, estimate, effects, tier: 0, scoreMs: finalMs };
}

const ROUTE: Route = {
  region: 'oc',
  version: 1,
  entry: { source: 'colo', value: 'SYD', coordinates: { latitude: -33.9, longitude: 151.2 } },
  failover: null,
  candidates: [candidate('oc', 12), candidate('apac', 118)],
  rejected: [],
  pinned: false,
  panic: false,
  notes: [],
};

function said(route: Route, who?: string): string {
  return youSentence(route, nameOf, who)
    .map(({ text }) => text)
    .join('');
}

test('in one sentence: where they enter, where they would go, how far that is, and why', () => {
  expect(said(ROUTE)).toBe(
    'You enter at SYD. Your client would go to Oceania (oc), about 12 ms away, because it is the nearest region.',
  );
  expect(said(ROUTE, 'A client at SYD')).toMatch(/^A client at SYD would go to Oceania/);
});

test.each([
  [{ pinned: true }, 'because it was asked for.'],
  [
    { failover: { from: 'apac', effect: 'demote', filter: 'health', code: 'down', reason: 'it is down.' } },
    'because Asia Pacific, where it belongs, does not serve it: it is down.',
  ],
  [{ candidates: [candidate('oc', 12)] }, 'because no other may serve it.'],
  [
    {
      rejected: [
        candidate('apac', 5, [{ effect: 'drop', filter: 'enabled', code: 'draining', reason: 'it drains' }]),
      ],
    },
    'because Asia Pacific, which is nearer, was passed over: it drains.',
  ],
])('the reason is told: %o', (change, reason) => {
  expect(said({ ...ROUTE, ...change })).toContain(reason);
});

test('that nobody would serve them is said as plainly', () => {
  const nobody = { ...ROUTE, region: null, candidates: [] };
  expect(said({ ...nobody, refusal: 'residency' })).toContain('no region may serve its country');
  expect(said(nobody)).toContain('none takes clients now');
});

test('a place that is not known is no place', () => {
  const entry = { source: 'default', value: 'enam', coordinates: { latitude: 0, longitude: 0 } } as const;
  expect(said({ ...ROUTE, entry })).toContain('You enter at a place that is not known.');
});

test.each([
  ['syd', { colo: 'SYD' }],
  [' au ', { country: 'AU' }],
  ['-33.9, 151.2', { at: { latitude: -33.9, longitude: 151.2 } }],
  ['-33.9 151', { at: { latitude: -33.9, longitude: 151 } }],
  ['91, 0', undefined],
  ['Sydney', undefined],
  ['', undefined],
])('%j as a place', (text, place) => {
  expect(placeQuery(text)).toEqual(place);
});

test('numbers are short, and unknown is not none', () => {
  expect([0, 950, 1_200, 12_345, 3_400_000].map(shortCount)).toEqual(['0', '950', '1,200', '12k', '3.4M']);
  expect([null, 1, 2].map(clientsText)).toEqual(['clients unknown', '1 client', '2 clients']);
  expect([0, 3_400, 2_000_000].map(bytesRate)).toEqual(['0 B/s', '3.4 kB/s', '2 MB/s']);
  expect([null, 0.42, 12.4].map(msText)).toEqual(['unknown', '0.4 ms', '12 ms']);
  expect([0, 0.0001, 0.042, 0.35].map(percentText)).toEqual(['0%', '<0.1%', '4.2%', '35%']);
  expect([-5, 8_000, 180_000, 7_200_000, 432_000_000].map(durationText)).toEqual([
    '0 s',
    '8 s',
    '3 min',
    '2 h',
    '5 days',
  ]);
});

const DRAINING = { state: 'draining', since: 0, drainPhase: 'settling', clients: 50 } as const;
const TIMES = { settleSeconds: 60, graceSeconds: 10, durationSeconds: 120 };

test('a drain has three phases, and counts down the one that it is in', () => {
  expect(drainPhases(DRAINING, 20_000, TIMES).map(({ is, leftMs }) => [is, leftMs])).toEqual([
    ['now', 40_000],
    ['next', null],
    ['next', null],
  ]);
  const leaving = drainPhases({ ...DRAINING, drainPhase: 'lame-duck', clients: 7 }, 100_000, TIMES);
  expect(leaving.map(({ is, leftMs }) => [is, leftMs])).toEqual([
    ['done', null],
    ['now', 90_000],
    ['next', null],
  ]);
  expect(leaving[1]?.title).toContain('7 clients left');
});

test('what is left is not made up for those who may not see the configuration', () => {
  expect(drainPhases(DRAINING, 20_000, undefined)[0]?.leftMs).toBeNull();
});

test('the summary says that clients of a region are unknown, and changes are sentences', () => {
  const seen = (state: 'up' | 'down', clients: number | null) =>
    ({ id: 'oc', name: 'Oceania', state, clients }) as unknown as Parameters<
      typeof summaryOf
    >[0]['regions'][number];
  expect(summaryOf({ regions: [seen('up', 3)], links: [] })).toBe(
    '1 of 1 regions up, 0 of 0 links, 3 clients',
  );
  expect(summaryOf({ regions: [seen('down', null)], links: [] })).toContain('at least 0 clients');
  expect(changesOf({ regions: [seen('up', 3)] }, { regions: [seen('down', 3)] })).toEqual([
    'Oceania (oc) is down.',
  ]);
  expect(changesOf({ regions: [seen('up', 3)] }, { regions: [seen('up', 9)] })).toEqual([]);
});

const ROLLOUT = {
  ...{ id: 1, name: 'less-oc', description: '', author: 'ann', base: 0, version: 1, step: 0, startAt: null },
  ...{ createdAt: 0, endedAt: null, every: '30s', minSamples: 20, failureLimit: 3, checks: [], events: [] },
  ...{ state: 'running', why: null, checkedAt: 0, verdicts: [], stepEndsAt: 60_000 },
  steps: [
    { set: {}, for: '1m', note: 'half' },
    { set: {}, for: '1m' },
  ],
} as unknown as Rollout;
const verdict = (outcome: string) => [{ check: 'mesh', outcome, words: '1 link is down', inARow: 1 }];

test.each([
  [{}, 'All is well. The next step is in 60 s.', 'good'],
  [{ stepEndsAt: 0 }, 'All is well.', 'good'],
  [{ stepEndsAt: 0, verdicts: verdict('waiting') }, 'It waits for mesh: 1 link is down.', 'busy'],
  [{ verdicts: verdict('fail') }, 'mesh: 1 link is down.', 'bad'],
  [{ state: 'paused', why: 'version 7 was made' }, 'Paused: version 7 was made.', 'busy'],
  [{ state: 'aborted', why: 'mesh failed' }, 'It has gone back: mesh failed.', 'bad'],
  [{ state: 'scheduled', startAt: 60_000 }, 'It starts in 60 s.', 'good'],
])('a rollout of which %j', (more, text, tone) => {
  expect(rolloutWords({ ...ROLLOUT, ...more } as Rollout, 0)).toEqual({
    ...{ title: 'less-oc: step 1 of 2, half', text, tone },
  });
});

test('a rollout that has been over for a while is not shown', () => {
  expect(isShown({ state: 'done', endedAt: 0 }, 60_000)).toBe(true);
  expect(isShown({ state: 'done', endedAt: 0 }, 600_000)).toBe(false);
  expect(isShown({ state: 'paused', endedAt: null }, 600_000)).toBe(true);
});
