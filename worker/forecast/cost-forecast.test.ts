import { expect, test } from 'vitest';
import type { RegionConfig } from '../../regions/config.ts';
import { defaultConfig, planOf } from '../../test/support/data/checked-in.ts';
import { costForecast } from './cost-forecast.ts';

const NOW = Date.parse('2026-12-01');

const planWith = (changes: Readonly<Record<string, Partial<RegionConfig>>>) =>
  planOf((config) => ({
    ...config,
    regions: config.regions.map((region) => ({ ...region, ...changes[region.id] })),
  }));
const PLAN = planOf();
const SHARES = defaultConfig().regions.map(({ id }) => ({ region: id, before: 1 / 6, after: 1 / 6 }));
const costOf = (after = PLAN, connected: number | undefined = 60, shares = SHARES) =>
  costForecast({ before: PLAN, after, shares, connected, now: NOW });

test('an edit that changes nothing costs nothing', () => {
  const { before, after, drivers } = costOf();
  expect(after).toEqual(before);
  expect(before.mid).toBeGreaterThan(100);
  expect(drivers).toEqual([]);
});

test('a larger container costs its memory and its disk', () => {
  const { drivers } = costOf(planWith({ oc: { instanceType: 'standard-1' } }));
  const by = new Map(drivers.map(({ driver, before, after }) => [driver, after - before]));
  // 3 GiB and 4 GB more than basic.
  expect(by.get('memory')).toBeCloseTo(3 * 730 * 3_600 * 0.000_002_5, 6);
  expect(by.get('disk')).toBeCloseTo(4 * 730 * 3_600 * 0.000_000_07, 6);
  expect([...by.keys()]).not.toContain('egress');
});

test('a region that may sleep costs less, once it has no clients', () => {
  const sleepy = planWith({ oc: { keepAwake: false } });
  const nobody = SHARES.map((each) => ({ ...each, after: each.region === 'oc' ? 0 : 1 / 5 }));
  const { before, after } = costOf(sleepy, 60, nobody);
  expect(after.mid).toBeLessThan(before.mid - 7);
  // With clients all day it never sleeps.
  const busy = costOf(sleepy);
  expect(busy.after.mid).toBeCloseTo(busy.before.mid, 6);
});

test('clients move without moving the bill', () => {
  const all = SHARES.map((each) => ({ ...each, after: each.region === 'weur' ? 1 : 0 }));
  const { before, after } = costOf(PLAN, 60, all);
  expect(after.mid).toBeCloseTo(before.mid, 6);
});

test('how many clients there are may be unknown, or nobody may be served', () => {
  expect(costOf(PLAN, undefined).before.mid).toBeCloseTo(costOf(PLAN, 6).before.mid, 0);
  const refused = SHARES.map((each) => ({ ...each, after: 0 }));
  expect(costOf(PLAN, 60, refused).after.mid).toBeGreaterThan(100);
});

test('prices get stale', () => {
  const later = { before: PLAN, after: PLAN, shares: SHARES, connected: 1, now: Date.parse('2027-12-01') };
  expect([costOf().arePricesStale, costForecast(later).arePricesStale]).toEqual([false, true]);
});
