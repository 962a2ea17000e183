// Calls and log events of one region that always runs, without JetStream, by hand. A month has 43,800 minutes.

import { expect, test } from 'vitest';
import { configOf } from '../test/support/data/checked-in.ts';
import { charge } from './charge.ts';
import { type Cost, cost } from './cost.ts';
import { PRICES, type PriceId } from './prices.ts';
import { resolveTraffic } from './traffic.ts';
import type { TrafficOptions } from './traffic-options.ts';

const CONFIG = configOf(['weur'], { weur: { jetstream: false } });
const RECONCILED_EACH_MINUTE = { ...CONFIG, mesh: { ...CONFIG.mesh, reconcileSeconds: 60 } };

function costOf(options: TrafficOptions): Cost {
  const resolved = resolveTraffic(options, RECONCILED_EACH_MINUTE);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  return cost(RECONCILED_EACH_MINUTE, resolved.traffic);
}
const used = ({ lines }: Cost, id: PriceId, scenario: 'low' | 'mid' | 'high' = 'mid') =>
  lines
    .filter(({ price }) => price[scenario] === id)
    .reduce((sum, { quantity }) => sum + quantity[scenario], 0);

// The region's object: looked at each ten seconds, called each minute, and asked for its links each minute. The collector's
// alarm each ten seconds, and four calls of the cron trigger each minute.
const IDLE = 262_800 + 43_800 + 43_800 + 262_800 + 4 * 43_800;

test('an idle region: calls of objects, and of the Worker by its cron trigger, each with a log event', () => {
  const idle = costOf({});
  expect(used(idle, 'objectRequests')).toBeCloseTo(IDLE, 6);
  expect(used(idle, 'workerRequests')).toBeCloseTo(43_800, 6);
  expect(used(idle, 'logEvents')).toBeCloseTo(IDLE + 43_800, 6);
  expect(used(idle, 'logEvents', 'high')).toBeCloseTo(2 * (IDLE + 43_800 + 43_800), 6);
});

test('5,000 clients that connect 300 times a day: 45.6 million of the Worker, of the region and of the collector, $70 of logs', () => {
  const found = costOf({ clients: 5_000, connects: 300 });
  const connects = 5_000 * 300 * (365 / 12);
  expect(connects).toBe(45_625_000);
  const events = 3 * connects + IDLE + 43_800;
  expect(used(found, 'logEvents')).toBeCloseTo(events, 3);
  const logs = found.drivers.find(({ driver }) => driver === 'logs');
  expect(logs?.dollars.mid).toBeCloseTo(((events - 20_000_000) / 1e6) * 0.6, 6);
  expect(logs?.dollars.mid).toBeCloseTo(70.63, 1);
  // With low the collector hears of many at once.
  expect(used(found, 'objectRequests', 'low')).toBeCloseTo(connects + IDLE - 43_800, 3);
  expect(used(found, 'objectRequests', 'high')).toBeCloseTo(3 * connects + IDLE + 43_800, 3);
});

test('a tenth of them is logged, or none, as head_sampling_rate says', () => {
  const load = { clients: 5_000, connects: 300 };
  const all = used(costOf(load), 'logEvents');
  expect(used(costOf({ ...load, logSamplingRate: 0.1 }), 'logEvents')).toBeCloseTo(all / 10, 3);
  expect(used(costOf({ ...load, logSamplingRate: 0 }), 'logEvents')).toBe(0);
});

test('messages that are passed through are requests with high, and no log events', () => {
  const load = { clients: 100, connects: 0 };
  const [without, with_] = [costOf(load), costOf({ ...load, messages: 1_000 })];
  expect(used(with_, 'objectRequests', 'high') - used(without, 'objectRequests', 'high')).toBeCloseTo(
    131_400_000,
    0,
  );
  expect(used(with_, 'logEvents', 'high')).toBeCloseTo(used(without, 'logEvents', 'high'), 0);
});

test('four scrapes a minute: one call of the Worker each, one of the collector and one of the region', () => {
  const [without, scraped] = [costOf({}), costOf({ scrapesPerMinute: 4 })];
  const more = (id: PriceId) => used(scraped, id) - used(without, id);
  expect(more('workerRequests')).toBeCloseTo(175_200, 6);
  expect(more('objectRequests')).toBeCloseTo(2 * 175_200, 6);
  expect(more('logEvents')).toBeCloseTo(3 * 175_200, 6);
});

test("Workers Logs' own examples: 15 million with two events each, and a billion of which a tenth is logged", () => {
  expect(charge(PRICES.logEvents, 30e6)).toBeCloseTo(6, 10);
  expect(charge(PRICES.logEvents, 200e6)).toBeCloseTo(108, 10);
});
