import { expect, test } from 'vitest';
import { SEEN_STATES, type SeenState } from '../../api/states.ts';
import type { RegionConfig } from '../../regions/config.ts';
import { defaultConfig } from '../../test/support/data/checked-in.ts';
import type { RegionReport } from './region-reports.ts';
import { whyNotServing } from './serving.ts';

const [REGION] = defaultConfig().regions as readonly [RegionConfig];
const ALL_ON = { off: [] };
const LIMITS = { ...REGION.limits, maxConnections: 10 };

const report = (changes: Partial<RegionReport> = {}): RegionReport => ({
  region: REGION.id,
  state: 'up',
  since: 0,
  clients: 0,
  objectAgeMs: 0,
  peers: [],
  ...changes,
});

const TAKES: ReadonlySet<SeenState> = new Set(['up', 'asleep', 'starting']);

test.each(SEEN_STATES)('a region that is %s', (state) => {
  const reason = whyNotServing(REGION, report({ state, problem: 'the words for it' }), ALL_ON);
  expect(reason).toBe(TAKES.has(state) ? undefined : `it is ${state}: the words for it`);
});

test.each([
  [{ enabled: false }, 'disabled in the configuration'],
  [{ drain: true }, 'drained in the configuration'],
  [{ dial: 0 }, 'takes 0% of its clients (dial)'],
  [{ dial: 1 }, undefined],
  [{ dial: 0, off: ['dial'] }, undefined],
] as const)('one that is up and configured with %j', (changes, reason) => {
  expect(whyNotServing({ ...REGION, ...changes }, report(), ALL_ON)).toBe(reason);
});

test.each([
  [9, undefined, undefined],
  [10, undefined, 'full: 10 clients of at most 10'],
  [9, 20, undefined],
  [10, 20, 'full: 10 clients of at most 10'],
  [4, 5, undefined],
  [5, 5, 'full: 5 clients of at most 5'],
  [null, 5, undefined],
])('one with a limit of 10 and %s clients, of whom its server takes %s', (clients, maxClients, reason) => {
  const seen = report({ clients, ...(maxClients !== undefined && { maxClients }) });
  expect(whyNotServing({ ...REGION, limits: LIMITS }, seen, ALL_ON)).toBe(reason);
});

test('a dial that is switched off everywhere does not count', () => {
  expect(whyNotServing({ ...REGION, dial: 0 }, report(), { off: ['dial'] })).toBeUndefined();
});
