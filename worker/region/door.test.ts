import { beforeEach, describe, expect, test, vi } from 'vitest';
import { planOf } from '../../test/support/data/checked-in.ts';
import { SERVER_HEADROOM } from './container-settings.ts';
import { Door } from './door.ts';
import { IDLE_AFTER_MS } from './newcomers.ts';
import type { Look } from './server-watch.ts';

const [REGION] = planOf().config.regions;
if (REGION === undefined) throw new Error('regions.json has no region');

const LIMIT = 20;
const limits = { ...REGION.limits, maxConnections: LIMIT };
const region = { ...REGION, limits };

const A = '192.0.2.1';
const B = '192.0.2.2';

/** What the server would say. */
let connections: number;
let ages: readonly number[];
let looks: number;
let checks: number;
let door: Door;

const lookOf = (more: Partial<Look> = {}): Look => ({
  connections,
  maxConnections: LIMIT + SERVER_HEADROOM,
  isClosing: false,
  askedAt: Date.now(),
  ...more,
});

beforeEach(() => {
  connections = 0;
  ages = [];
  looks = 0;
  checks = 0;
  door = new Door({
    look: async () => {
      looks += 1;
      door.counted(lookOf());
    },
    unauthenticated: async () => {
      checks += 1;
      return ages;
    },
  });
  door.open();
});

async function admit(network: string, settings = region): Promise<string> {
  const admission = await door.admit(network, settings);
  if ('code' in admission) return admission.code;
  door.taken(admission.seat);
  connections += 1;
  return 'seated';
}

async function all(networks: readonly string[], settings = region): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const answer of await Promise.all(networks.map((network) => admit(network, settings)))) {
    counts[answer] = (counts[answer] ?? 0) + 1;
  }
  return counts;
}

/** Each of them another one. */
const crowd = (count: number) => Array.from({ length: count }, (_, index) => `10.0.0.${index}`);

test('as long as there is room the server is asked nothing', async () => {
  expect(await all(crowd(LIMIT))).toEqual({ seated: LIMIT });
  expect([looks, checks]).toEqual([0, 0]);
});

test('of many at once exactly as many are let in as there is room for, and one look is for all of the others', async () => {
  expect(await all(crowd(3 * LIMIT))).toEqual({ seated: LIMIT, full: 2 * LIMIT });
  expect(looks).toBeLessThanOrEqual(2 * LIMIT);
});

test('a server that was found running is asked before the first client, and its clients count', async () => {
  connections = LIMIT - 1;
  door = new Door({
    look: async () => door.counted(lookOf()),
    unauthenticated: async () => [],
  });
  expect(await all(crowd(3))).toEqual({ seated: 1, full: 2 });
});

test('room that clients have left is found by looking', async () => {
  await all(crowd(LIMIT));
  await new Promise((resolve) => setTimeout(resolve, 20));
  connections = LIMIT - 3;
  expect(await all(crowd(4))).toEqual({ seated: 3, full: 1 });
});

test('whom the server did not take leaves his seat', async () => {
  await all(crowd(LIMIT - 1));
  const admission = await door.admit(A, region);
  if ('seat' in admission) door.left(admission.seat);
  expect(await admit(B)).toBe('seated');
});

describe('the limit', () => {
  test('is lowered at once, and raised no further than the server was started with', () => {
    door.counted(lookOf());
    expect(door.limit({ ...region, limits: { ...limits, maxConnections: 7 } })).toBe(7);
    expect(door.limit({ ...region, limits: { ...limits, maxConnections: 700 } })).toBe(LIMIT);
    door.open();
    expect(door.limit({ ...region, limits: { ...limits, maxConnections: 700 } })).toBe(700);
  });

  test('is no higher than the memory bears', () => {
    const huge = { ...limits, maxConnections: 1_000_000 };
    expect(door.limit({ ...region, instanceType: 'lite', limits: huge })).toBe(3_276);
  });
});

describe('of those who have not authenticated', () => {
  test('one address gets half of what is free, and others get in', async () => {
    ages = Array<number>(LIMIT).fill(0);
    const counts = await all(Array<string>(2 * LIMIT).fill(A));
    expect(counts.seated).toBeLessThanOrEqual(LIMIT / 2);
    expect(counts.seated).toBeGreaterThan(0);
    expect(counts.rate_limited).toBe(2 * LIMIT - (counts.seated ?? 0));
    expect(await admit(B)).toBe('seated');
  });

  test('whoever has authenticated meanwhile does not count: one address fills the region', async () => {
    for (let client = 0; client < LIMIT; client += 1) expect(await admit(A)).toBe('seated');
  });

  test('a region takes only so many who stay, whoever they are', async () => {
    const few = { ...region, limits: { ...limits, maxConnections: 1000, maxUnauthenticated: 5 } };
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      for (const network of crowd(5)) await admit(network, few);
      ages = Array<number>(5).fill(IDLE_AFTER_MS);
      vi.setSystemTime(Date.now() + IDLE_AFTER_MS);
      await door.checkNewcomers();
      expect(await admit(A, few)).toBe('rate_limited');
      ages = [];
      vi.setSystemTime(Date.now() + 1_000);
      expect(await admit(A, few)).toBe('seated');
    } finally {
      vi.useRealTimers();
    }
  });

  test('0 is any number', async () => {
    ages = Array<number>(LIMIT).fill(0);
    const off = { ...region, limits: { ...limits, maxUnauthenticatedPerAddress: 0, maxUnauthenticated: 0 } };
    expect(await all(Array<string>(LIMIT).fill(A), off)).toEqual({ seated: LIMIT });
  });
});
