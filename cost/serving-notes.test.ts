import { describe, expect, test } from 'vitest';
import { configOf } from '../test/support/data/checked-in.ts';
import { cost } from './cost.ts';
import { resolveTraffic } from './traffic.ts';
import type { TrafficOptions } from './traffic-options.ts';

const OWN = configOf(['weur', 'oc'], { weur: { jetstream: false } });

function costOf(load: TrafficOptions, config = OWN) {
  const resolved = resolveTraffic(load, config);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  return cost(config, resolved.traffic);
}

describe('messages that are larger than a region takes', () => {
  const most = 1_048_576;

  test('are said, by region', () => {
    const load = { clients: 2, messages: 0.001, size: most + 1, shares: { weur: 1 } };
    expect(costOf(load).notes).toEqual([
      `Messages of ${most + 1} bytes are larger than limits.maxPayloadBytes of weur, and would be refused there; the cost is as if they were taken.`,
    ]);
  });

  test('not those that are just as large, and none where nobody publishes', () => {
    expect(costOf({ clients: 2, messages: 0.001, size: most }).notes).toEqual([]);
    expect(costOf({ clients: 2, size: most + 1 }).notes).toEqual([]);
  });
});

test('clients of a region that takes none are not in the cost: neither are their connections', () => {
  const drained = configOf(['weur', 'oc'], { weur: { jetstream: false }, oc: { drain: true } });
  const many = { clients: 1_000, connects: 10_000 };
  const found = costOf({ ...many, shares: { weur: 1, oc: 1 } }, drained);
  const half = costOf({ ...many, clients: 500, shares: { weur: 1 } }, drained);
  expect(found.notes).toEqual(['oc takes no clients, and was given some: they are not in the cost.']);
  expect(found.total).toEqual(half.total);
  // They are in it where they are taken.
  expect(costOf({ ...many, shares: { weur: 1 } }, drained).total.low).toBeGreaterThan(half.total.low);
});
