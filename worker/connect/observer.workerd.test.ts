// What isolates of one data center know of each other, with workerd's own cache, and, where that keeps nothing as on
// workers.dev, through a region's object.

import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import type { RoundTrips } from '../../routing/round-trips.ts';
import { eventually } from '../../test/support/workerd/eventually.ts';
import { loadRecord, saveRecord } from './colo-cache.ts';
import { untilKnown } from './observe.ts';
import { FIRST_WAIT_MS, Observer, type ObserverHost } from './observer.ts';

const REGION = 'weur';
const OPTIONS = {
  ranked: [{ region: REGION, isAvoided: false }],
  measure: true,
  incumbent: () => REGION,
};

/** Each visit is ten minutes after the one before, in an isolate of its own; how many samples it has in the end. */
async function visits(colo: string, count: number, host: ObserverHost, pass: () => void): Promise<number[]> {
  const seen: number[] = [];
  for (let visit = 0; visit < count; visit++) {
    pass();
    const isolate = new Observer();
    await isolate.refresh(colo, host, OPTIONS);
    const { measurement } = isolate.observations(colo, host.now()).regions.get(REGION) ?? {};
    seen.push(Math.round(measurement?.samples ?? 0));
  }
  return seen;
}

/** Asks a region's object. Its own clock is left out, by which the round trip would be less than a millisecond. */
function hostOf(
  object: string,
  {
    load,
    save,
  }: { load: (colo: string, now: number) => ReturnType<ObserverHost['load']> } & Pick<ObserverHost, 'save'>,
) {
  const region = env.REGION_NODE.getByName(object);
  let clock = Date.now();
  const host: ObserverHost = {
    load: (colo) => load(colo, clock),
    save,
    ask: async (_id, colo) => {
      const status = await region.status(colo);
      clock += 20;
      return { ...status, objectAgeMs: 1e9, answeredInMs: 0 };
    },
    remember: (_id, colo, trips) => region.remember(colo, trips),
    now: () => clock,
    random: () => 0.99,
  };
  const pass = () => {
    clock += 600_000;
  };
  return { region, host, pass };
}

async function untilUp(region: ReturnType<typeof hostOf>['region']): Promise<void> {
  await region.wake();
  await eventually('the region to be up', async () =>
    (await region.status()).state === 'up' ? true : undefined,
  );
}

const NO_CACHE = { load: async () => undefined, save: async () => false };

test('where the cache keeps nothing, rare visits learn by what the object of a region remembers of their data center', async () => {
  const { region, host, pass } = hostOf('remembers', NO_CACHE);
  await untilUp(region);
  expect(await visits('AMS', 4, host, pass)).toEqual([1, 2, 3, 4]);
  expect(await visits('SYD', 1, host, pass)).toEqual([1]);
  expect(await region.status()).not.toHaveProperty('remembered');
});

test('an object of a region keeps nothing that is no memory of round trips', async () => {
  const { region } = hostOf('is told nonsense', NO_CACHE);
  await region.remember('AMS', { ms: [20, 21], at: 1 });
  await region.remember('AMS', { ms: [0], at: 1 });
  await region.remember('AMS', { meanMs: 20 } as unknown as RoundTrips);
  expect((await region.status('AMS')).remembered).toEqual({ ms: [20, 21], at: 1 });
});

test('where there is a cache the objects are told nothing', async () => {
  const { region, host, pass } = hostOf('is not told', { load: loadRecord, save: saveRecord });
  await untilUp(region);
  expect(await visits('CDG', 4, host, pass)).toEqual([1, 2, 3, 4]);
  expect(await region.status('CDG')).not.toHaveProperty('remembered');
});

test('a cache that never answers keeps nobody from learning, and the object remembers in its place', async () => {
  const never = () => new Promise<never>(() => {});
  const { region, host } = hostOf('is asked all the same', { load: never, save: never });
  await untilUp(region);
  const isolate = new Observer();
  await isolate.refresh('LHR', host, OPTIONS);
  expect(isolate.observations('LHR', host.now()).regions.get(REGION)).toHaveProperty('measurement');
  expect((await region.status('LHR')).remembered?.ms).toHaveLength(1);
});

test("an isolate's first request has the record of its data center, and later ones wait for nothing", async () => {
  const record = { regions: { [REGION]: { trips: { ms: [20, 21], at: 1 } } } };
  expect(await saveRecord('FRA', record)).toBe(true);
  const isolate = new Observer();
  const work: Promise<unknown>[] = [];
  const edge = { background: (_name: string, promise: Promise<unknown>) => void work.push(promise) };
  await untilKnown('FRA', edge, isolate);
  // On a busy machine the record may come later than it is waited for: then it is known to the next request.
  expect(work).toHaveLength(1);
  await Promise.all(work);
  expect(isolate.observations('FRA', Date.now()).regions.get(REGION)).toHaveProperty('measurement');
  await untilKnown('FRA', edge, isolate);
  expect(work).toHaveLength(1);
});

test('a cache that does not answer delays the first request by a few milliseconds, and none after it', async () => {
  const match = vi.spyOn(caches.default, 'match').mockReturnValue(new Promise(() => {}));
  const isolate = new Observer();
  const edge = { background: () => {} };
  const started = Date.now();
  await untilKnown('HAM', edge, isolate);
  await untilKnown('HAM', edge, isolate);
  expect(match).toHaveBeenCalledTimes(1);
  expect(Date.now() - started).toBeGreaterThanOrEqual(FIRST_WAIT_MS - 1);
  match.mockRestore();
});
