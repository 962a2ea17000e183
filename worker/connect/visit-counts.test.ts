import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { afterAttempts } from '../../routing/after-attempts.ts';
import { NOTHING_OBSERVED } from '../../routing/observation.ts';
import { getOptimalRegion } from '../../routing/optimal-region.ts';
import { edgeOf, requestFrom } from '../../test/support/workerd/edge-context.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { figuresOfOne, type VisitBatch, type VisitCount } from '../metrics/visits.ts';
import { connectClient } from './connect-client.ts';
import { DEADLINE_MS } from './hedge.ts';
import { noteVisit, VisitCounts } from './visit-counts.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Longer than an isolate waits before it tells. */
const TOLD_AFTER_MS = 30_000;

/** Counts as taken: Node has no response with 101. */
const taken = () => new Response(null, { status: 400 });

const NOTHING_SAID = { flags: '', cause: '', refusal: '', country: '', colo: '' };

/** Connects, and returns what the collector was told. */
async function toldOf(edge: EdgeContext, requests: readonly Request[]): Promise<readonly VisitCount[]> {
  const batches: VisitBatch[] = [];
  const visits = async (batch: VisitBatch) => void batches.push(batch);
  const getByName = vi.fn(() => ({ visits }));
  Object.assign(edge.env, { METRICS: { getByName } });
  const answers = requests.map((request) => connectClient(request, edge));
  await vi.advanceTimersByTimeAsync(DEADLINE_MS);
  await Promise.all(answers);
  await vi.advanceTimersByTimeAsync(TOLD_AFTER_MS);
  expect(batches).toHaveLength(1);
  // A client's way has no part in it.
  expect(getByName).toHaveBeenCalledOnce();
  return batches.flatMap(({ visits }) => visits);
}

test('clients that a region takes are told as one, after a few seconds', async () => {
  const { edge } = edgeOf({ answer: taken });
  const told = await toldOf(edge, [requestFrom('CDG'), requestFrom('CDG'), requestFrom('SYD')]);
  expect(told).toMatchObject([
    { region: 'weur', wanted: 'weur', flags: '', refusal: '', colo: 'CDG', country: 'GB', count: 2 },
    { region: 'oc', colo: 'SYD', count: 1, attempts: 1 },
  ]);
});

test('a failover is told with the region that should have taken the client, and its code', async () => {
  const { edge } = edgeOf({
    answer: (region) => (region === 'weur' ? errorResponse('full', 'it is full') : taken()),
  });
  const [visit, ...others] = await toldOf(edge, [requestFrom('MRS')]);
  expect(others).toEqual([]);
  expect(visit).toMatchObject({ wanted: 'weur', flags: 'failover', cause: 'full', attempts: 2 });
  expect(visit?.region).not.toBe('weur');
});

test('clients that nobody takes are told with the rule', async () => {
  const ids = edgeOf().edge.config.regions.map(({ id }) => id);
  const changes = Object.fromEntries(ids.map((id) => [id, { residency: { deny: ['GB'] } }]));
  const { edge } = edgeOf({ changes });
  const limited = { CONNECT_RATE_LIMIT: { limit: async () => ({ success: false }) } };
  expect(await toldOf(edge, [requestFrom('LIS')])).toMatchObject([
    { region: '', refusal: 'residency', attempts: 0, count: 1 },
  ]);
  Object.assign(edge.env, limited);
  expect(await toldOf(edge, [requestFrom('LIS', { 'cf-connecting-ip': '192.0.2.7' })])).toMatchObject([
    { refusal: 'rate_limited' },
  ]);
});

test('what the collector does not take is told the next time, and counted once', async () => {
  const counts = new VisitCounts();
  const visit = {
    region: 'oc',
    wanted: 'oc',
    flags: '',
    cause: '',
    refusal: '',
    country: 'AU',
    colo: 'SYD',
    count: 1,
    attempts: 1,
    seconds: 0.1,
    within: [0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1],
  };
  expect(counts.add(() => visit, 0)).toBe(true);
  expect(counts.add(() => visit, 1)).toBe(false);
  const fails = counts.tell(() => Promise.reject(new Error('it was reset')));
  await expect(fails).rejects.toThrow('it was reset');
  expect(counts.add(() => visit, 2)).toBe(true);
  const told: VisitCount[] = [];
  await counts.tell(async (rows) => void told.push(...rows));
  expect(told).toMatchObject([{ count: 3, attempts: 3, within: [0, 0, 0, 0, 3, 3, 3, 3, 3, 3, 3] }]);
  // Whoever should tell has been cut off.
  expect(counts.add(() => visit, 3)).toBe(true);
  expect(counts.add(() => visit, 4)).toBe(false);
  expect(counts.add(() => visit, 60_000)).toBe(true);
});

test('many visits are counted in between, each once, so that few wait to be', async () => {
  const counts = new VisitCounts();
  let counted = 0;
  const visit = () => {
    counted += 1;
    return { region: 'oc', wanted: 'oc', ...NOTHING_SAID, ...figuresOfOne(1, 10) };
  };
  for (let each = 0; each < 1_000; each += 1) counts.add(visit, each);
  expect(1_000 - counted).toBeLessThan(100);
  const told: VisitCount[] = [];
  await counts.tell(async (rows) => void told.push(...rows));
  expect([counted, told.map(({ count }) => count)]).toEqual([1_000, [1_000]]);
});

test('a client of the region that was chosen has no cause, whatever was dialled beside it', () => {
  const points: AnalyticsEngineDataPoint[] = [];
  const { edge } = edgeOf();
  Object.assign(edge.env, {
    CONNECTS: { writeDataPoint: (point: AnalyticsEngineDataPoint) => void points.push(point) },
  });
  const missed = [{ region: 'eeur', reason: 'it is full', ms: 1, code: 'full' }];
  const asked = { cf: { colo: 'CDG' }, preferred: [] };
  const chosen = getOptimalRegion(asked, { plan: edge.plan, observations: NOTHING_OBSERVED, now: 0 });
  const decision = afterAttempts(chosen, 'weur', missed);
  noteVisit(requestFrom('CDG'), edge, { decision, missed, cameAt: Date.now() });
  expect(points[0]?.blobs).toEqual(['weur', 'weur', 'CDG', 'GB', '', '', '']);
});

test('where Analytics Engine is bound, each client is a point, with or without a collector', async () => {
  const points: AnalyticsEngineDataPoint[] = [];
  const { edge } = edgeOf({
    answer: (region) => (region === 'weur' ? errorResponse('full', 'it is full') : taken()),
  });
  Object.assign(edge.env, {
    CONNECTS: { writeDataPoint: (point: AnalyticsEngineDataPoint) => void points.push(point) },
  });
  const answers = [requestFrom('FCO'), requestFrom('MEL')].map((request) => connectClient(request, edge));
  await vi.advanceTimersByTimeAsync(DEADLINE_MS);
  await Promise.all(answers);
  const [melbourne, rome] = points.toSorted(
    (a, b) => Number(a.blobs?.[2] === 'FCO') - Number(b.blobs?.[2] === 'FCO'),
  );
  expect(points).toHaveLength(2);
  expect(melbourne).toEqual({
    indexes: ['oc'],
    blobs: ['oc', 'oc', 'MEL', 'GB', '', '', ''],
    doubles: [1, expect.any(Number)],
  });
  expect(rome?.blobs?.slice(1)).toEqual(['weur', 'FCO', 'GB', 'failover', 'full', '']);
});
