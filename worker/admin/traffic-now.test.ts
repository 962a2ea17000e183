import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bindingNameOf } from '../../regions/names.ts';
import { planOf } from '../../test/support/data/checked-in.ts';
import type { EdgeContext } from '../edge-context.ts';
import type { TrafficSample } from '../forecast/traffic.ts';
import { trafficNow } from './traffic-now.ts';

const PLAN = planOf();
const LONDON: TrafficSample = { colo: 'LHR', country: 'GB', clients: 6 };

beforeEach(() => {
  vi.spyOn(console, 'warn').mockReturnValue();
});
afterEach(() => vi.restoreAllMocks());

describe('the traffic of all regions', () => {
  test('is what they have counted', async () => {
    const edge = edgeOf(() => [LONDON]);
    const { regions } = PLAN;
    expect(await trafficNow(edge)).toEqual({
      source: 'traffic',
      samples: regions.map(() => LONDON),
      connected: 2 * regions.length,
    });
  });

  test('names a region that does not answer, and does not know how many are connected', async () => {
    const { samples, ...rest } = await trafficNow(edgeOf((id) => (id === 'weur' ? undefined : [LONDON])));
    expect(samples).toHaveLength(PLAN.regions.length - 1);
    expect(rest).toEqual({ source: 'traffic', silent: ['weur'] });
  });

  test('names a region whose clients were counted by an earlier deployment', async () => {
    const counted = (id: string): TrafficSample[] =>
      id === 'oc' ? [LONDON, { ...LONDON, fromBackup: true }] : [LONDON];
    const traffic = await trafficNow(edgeOf(counted));
    expect(traffic.fromBackup).toEqual(['oc']);
    expect(traffic.samples).toEqual([...PLAN.regions, 'oc'].map(() => LONDON));
  });

  test('is the world population where nothing was counted', async () => {
    expect(await trafficNow(edgeOf(() => []))).toMatchObject({ source: 'population', connected: 12 });
  });

  test('is not called nothing where no region answers', async () => {
    const traffic = await trafficNow(edgeOf(() => undefined));
    expect(traffic).toMatchObject({ source: 'population', silent: PLAN.regions.map(({ id }) => id) });
    expect(traffic.connected).toBeUndefined();
  });
});

/** @param countedBy what a region has counted; undefined if it does not answer */
function edgeOf(countedBy: (id: string) => readonly TrafficSample[] | undefined): EdgeContext {
  const bindings = PLAN.regions.map(({ id }) => {
    const stub = {
      traffic: async () => {
        const counted = countedBy(id);
        if (counted === undefined) throw new Error('it does not answer');
        return counted;
      },
      status: async () => ({ clients: 2 }),
    };
    return [bindingNameOf(id), { getByName: () => stub }];
  });
  return {
    env: Object.fromEntries(bindings),
    config: PLAN.config,
    plan: PLAN,
    version: 0,
  } as unknown as EdgeContext;
}
