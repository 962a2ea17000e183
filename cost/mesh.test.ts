// What servers send each other, in gigabytes and dollars, each figure by hand. A month has 2,628,000 seconds.

import { expect, test } from 'vitest';
import type { MeridianConfig, RegionConfig } from '../regions/config.ts';
import { configOf, defaultConfig } from '../test/support/data/checked-in.ts';
import { type Cost, cost } from './cost.ts';
import { resolveTraffic } from './traffic.ts';
import type { TrafficOptions } from './traffic-options.ts';

function costOf(config: MeridianConfig, options: TrafficOptions): Cost {
  const resolved = resolveTraffic(options, config);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  return cost(config, resolved.traffic);
}

const FOUR = { members: { min: 4, max: 4, freeConnections: 0, windowSeconds: 60 } } as Partial<RegionConfig>;
const withFour = (config: MeridianConfig & { readonly regions: readonly RegionConfig[] }) => ({
  ...config,
  regions: config.regions.map((region) => ({ ...region, ...FOUR })),
});
const LOAD = { clients: 1_000, messages: 1_000, size: 1_024 };
const meshOf = ({ lines }: Cost) => lines.filter(({ driver }) => driver === 'mesh');
const gb = (found: Cost) => meshOf(found).reduce((sum, { quantity }) => sum + quantity.mid, 0);

test('four servers in each of six regions: 22.67 copies to the 23 others, 64,600 GB', () => {
  const copies = 23 * (1 - (23 / 24) ** 100);
  expect(copies).toBeCloseTo(22.67, 2);
  const found = costOf(withFour(defaultConfig()), { ...LOAD, fanOut: 100 });
  expect(gb(found)).toBeCloseTo((copies * 1_000 * 1_084 * 2_628_000) / 1e9, 3);
  expect(gb(found) / 64_600).toBeCloseTo(1, 2);
});

test('four servers in one region send each other 8,065 GB, $202', () => {
  const one = withFour(configOf(['weur'], { weur: { jetstream: false } }));
  const found = costOf(one, { ...LOAD, fanOut: 10 });
  expect(gb(found)).toBeCloseTo(((3 * (1 - 0.75 ** 10) * 1_084 * 2_628) / 1e6) * 1_000, 3);
  // 28,488 GB to clients beside it; a terabyte of both is included.
  const of = (driver: string) => found.drivers.find((each) => each.driver === driver)?.dollars.mid ?? 0;
  expect(of('egress') + of('mesh')).toBeCloseTo((28_487.5 + 8_065 - 1_000) * 0.025, 0);
});

test('one server in one region sends nothing to others', () => {
  const one = configOf(['weur'], { weur: { jetstream: false } });
  expect(gb(costOf(one, { ...LOAD, fanOut: 10 }))).toBe(0);
});

test('what is stored crosses to its leader and its replicas, and is acknowledged', () => {
  const load = { clients: 10, messages: 100, size: 940, fanOut: 0, storedShare: 1 };
  // 262.8 million of 1,000 bytes, each 2 5/6 times; 5/6 as many answers of 40 bytes and 60 of overhead.
  expect(gb(costOf(defaultConfig(), load))).toBeCloseTo(262.8 * (2 + 5 / 6) + 26.28 * (5 / 6), 3);
  const egress = costOf(defaultConfig(), load).lines.filter(({ driver }) => driver === 'egress');
  expect(egress.reduce((sum, { quantity }) => sum + quantity.mid, 0)).toBeCloseTo(26.28, 3);
});

test('what servers send each other is no message of a WebSocket: no request is billed for it', () => {
  const requests = ({ lines }: Cost) =>
    lines
      .filter(({ price }) => price.high === 'objectRequests')
      .reduce((sum, { quantity }) => sum + quantity.high, 0);
  const at = (fanOut: number) => requests(costOf(defaultConfig(), { ...LOAD, fanOut }));
  expect(at(10)).toBe(at(1));
  // What clients publish is: one in twenty of 2,628 million.
  const idle = requests(costOf(defaultConfig(), { ...LOAD, messages: 0 }));
  expect(at(10) - idle).toBeCloseTo(131_400_000, 0);
});
