import { expect, test } from 'vitest';
import type { RegionConfig } from '../regions/config.ts';
import { configOf } from '../test/support/data/checked-in.ts';
import { cost } from './cost.ts';
import { resolveTraffic } from './traffic.ts';
import type { TrafficOptions } from './traffic-options.ts';

const SECONDS = 730 * 3_600;

/** What one region's objects are asked in a month. */
function requests(change: Partial<RegionConfig>, load: TrafficOptions = {}) {
  const config = configOf(['weur'], { weur: { jetstream: false, ...change } });
  const resolved = resolveTraffic(load, config);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  return cost(config, resolved.traffic).lines.find(
    ({ price, region }) => price.mid === 'objectRequests' && region === 'weur',
  )?.quantity;
}

const members = (count: number) =>
  ({ members: { min: count, max: count, freeConnections: 0, windowSeconds: 60 } }) as Partial<RegionConfig>;

test('a region’s object asks each of its members every two seconds', () => {
  // Each server is looked at every ten seconds, and each region once a minute by the cron trigger.
  const low = (servers: number) => SECONDS / 60 + (servers * SECONDS) / 10 + ((servers - 1) * SECONDS) / 2;
  expect(requests({})?.low).toBeCloseTo(low(1), 6);
  expect(requests(members(1))?.low).toBeCloseTo(low(1), 6);
  expect(requests(members(4))?.low).toBeCloseTo(low(4), 6);
});

test('members that sleep for the rest of the day are asked while they run', () => {
  const awake = requests({ ...members(4), keepAwake: true }, { clients: 4, connects: 0 })?.low ?? 0;
  const asleep = requests({ ...members(4), keepAwake: false }, { clients: 4, connects: 0, hours: 12 })?.low;
  expect(asleep).toBeCloseTo(SECONDS / 60 + (awake - SECONDS / 60) * ((12 + 1 / 6) / 24), 6);
});
