import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { planOf } from '../../test/support/data/checked-in.ts';
import { SERVER_HEADROOM } from './container-settings.ts';
import { Door } from './door.ts';
import { WINDOW_MS } from './failed-sign-ins.ts';
import { IDLE_AFTER_MS } from './newcomers.ts';
import type { Look } from './server-watch.ts';

const [REGION] = planOf().config.regions;
if (REGION === undefined) throw new Error('regions.json has no region');

const LIMIT = 20;
const limits = { ...REGION.limits, maxConnections: LIMIT };
const region = { ...REGION, limits };

/** A Worker waits longer than this for every region. */
const TOLD_WITHIN_MS = 200;

const A = '192.0.2.1';
const B = '192.0.2.2';

/** What the server would say. */
let connections: number;
/** How many it takes. */
let serverMax: number;
/** When each client came whose credentials were wrong. */
let failed: number[];
/** When each socket that it took will have authenticated, and when it began. */
let sockets: { readonly began: number; readonly authenticatedAt: number }[];
let authenticatesAfterMs: number;
let looks: number;
let checks: number;
let door: Door;

const lookOf = (more: Partial<Look> = {}): Look => ({
  connections,
  leafs: 0,
  maxConnections: serverMax,
  isClosing: false,
  askedAt: Date.now(),
  ...more,
});

beforeEach(() => {
  connections = 0;
  serverMax = LIMIT + SERVER_HEADROOM;
  sockets = [];
  failed = [];
  authenticatesAfterMs = 0;
  looks = 0;
  checks = 0;
  door = new Door({
    look: async () => {
      looks += 1;
      door.counted(lookOf());
    },
    unauthenticated: async () => {
      checks += 1;
      const now = Date.now();
      return sockets.filter(({ authenticatedAt }) => authenticatedAt > now).map(({ began }) => now - began);
    },
    failedSignIns: async (atMost) => failed.slice(-atMost).map((began) => Date.now() - began),
  });
  door.open();
});

async function admit(network: string, settings = region): Promise<string> {
  const admission = await door.admit(network, settings);
  if ('code' in admission) return admission.code;
  door.taken(admission.seat);
  connections += 1;
  const began = Date.now();
  sockets.push({ began, authenticatedAt: began + authenticatesAfterMs });
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
    failedSignIns: async () => [],
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
  const some = { ...region, limits: { ...limits, maxConnections: 1_000, maxUnauthenticatedPerAddress: 8 } };

  beforeEach(() => {
    vi.useFakeTimers();
    door.counted(lookOf({ maxConnections: 2_000 }));
    return () => vi.useRealTimers();
  });

  /** What becomes of clients that come at once, once none of them waits any longer. */
  async function become(networks: readonly string[], settings = region): Promise<Record<string, number>> {
    const counts = all(networks, settings);
    await vi.advanceTimersByTimeAsync(2 * IDLE_AFTER_MS);
    return counts;
  }

  const times = (count: number, network: string) => Array<string>(count).fill(network);

  test('an address has as many as its limit at any moment, and others get in', async () => {
    authenticatesAfterMs = Number.POSITIVE_INFINITY;
    expect(await become(times(44, A), some)).toEqual({ seated: 8, rate_limited: 36 });
    expect(await become(times(3, A), some)).toEqual({ rate_limited: 3 });
    expect(await become(times(3, B), some)).toEqual({ seated: 3 });
  });

  test('an address has at most half of the room', async () => {
    authenticatesAfterMs = Number.POSITIVE_INFINITY;
    expect(await become(times(2 * LIMIT, A))).toEqual({ seated: LIMIT / 2, rate_limited: 1.5 * LIMIT });
    expect(await become([B])).toEqual({ seated: 1 });
  });

  test('who waits for others of its address is told soon, lest the region look slow', async () => {
    authenticatesAfterMs = Number.POSITIVE_INFINITY;
    const waiting = all(times(9, A), some);
    await vi.advanceTimersByTimeAsync(TOLD_WITHIN_MS);
    expect(await Promise.race([waiting, 'still waiting'])).toEqual({ seated: 8, rate_limited: 1 });
  });

  test('an upgrade that the server has not answered yet counts', async () => {
    const admissions = Promise.all(times(20, A).map((network) => door.admit(network, some)));
    await vi.advanceTimersByTimeAsync(2 * IDLE_AFTER_MS);
    expect((await admissions).filter((each) => 'seat' in each)).toHaveLength(8);
  });

  test.each([0, 60])('if they do within %i ms, one address fills the region at once', async (ms) => {
    authenticatesAfterMs = ms;
    expect(await become(times(LIMIT, A))).toEqual({ seated: LIMIT });
  });

  test('a region takes only so many who stay, whoever they are', async () => {
    const few = { ...region, limits: { ...limits, maxConnections: 1000, maxUnauthenticated: 5 } };
    authenticatesAfterMs = 1.5 * IDLE_AFTER_MS;
    expect(await become(crowd(4), few)).toEqual({ seated: 4 });
    authenticatesAfterMs = Number.POSITIVE_INFINITY;
    expect(await become(crowd(5), few)).toEqual({ seated: 5 });
    await door.checkNewcomers();
    expect(await become([A], few)).toEqual({ rate_limited: 1 });
    sockets = [];
    expect(await become([A], few)).toEqual({ seated: 1 });
  });

  test('0 is any number', async () => {
    authenticatesAfterMs = Number.POSITIVE_INFINITY;
    const off = { ...region, limits: { ...limits, maxUnauthenticatedPerAddress: 0, maxUnauthenticated: 0 } };
    expect(await become(times(LIMIT, A), off)).toEqual({ seated: LIMIT });
  });
});

describe('an address whose sign-ins fail', () => {
  const roomy = { ...REGION, limits: { ...REGION.limits, maxConnections: 10_000 } };

  beforeEach(() => {
    vi.useFakeTimers();
    serverMax = 10_000 + SERVER_HEADROOM;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Clients one after the other, whom the server disconnects at once. */
  async function guess(network: string, times: number, settings = roomy): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (let time = 0; time < times; time += 1) {
      const admitted = door.admit(network, settings);
      await vi.advanceTimersByTimeAsync(200);
      const admission = await admitted;
      const answer = 'code' in admission ? admission.code : 'seated';
      counts[answer] = (counts[answer] ?? 0) + 1;
      if ('code' in admission) continue;
      door.taken(admission.seat);
      failed.push(Date.now());
    }
    return counts;
  }

  test('is refused after 30, or a few more until that is found, and no other address is', async () => {
    const { seated = 0, sign_ins_failed = 0 } = await guess(A, 60);
    expect(seated).toBeGreaterThanOrEqual(30);
    expect(seated).toBeLessThanOrEqual(30 + 20);
    expect(seated + sign_ins_failed).toBe(60);
    expect(await guess(B, 1)).toEqual({ seated: 1 });
  });

  test('is let in again a minute after its first failure', async () => {
    await guess(A, 60);
    expect(await guess(A, 1)).toEqual({ sign_ins_failed: 1 });
    await vi.advanceTimersByTimeAsync(WINDOW_MS);
    expect(await guess(A, 1)).toEqual({ seated: 1 });
  });

  test('is refused by the limit of the region, and never if that is 0', async () => {
    const limited = (maxFailedSignInsPerAddress: number) => ({
      ...roomy,
      limits: { ...roomy.limits, maxFailedSignInsPerAddress },
    });
    const { seated = 0 } = await guess(A, 40, limited(5));
    expect(seated).toBeLessThanOrEqual(20);
    expect(await guess(B, 200, limited(0))).toEqual({ seated: 200 });
  });

  test('is found in a small region too', async () => {
    const { sign_ins_failed = 0 } = await guess(A, 80, region);
    expect(sign_ins_failed).toBeGreaterThan(0);
    expect(await guess(B, 1, region)).toEqual({ seated: 1 });
  });

  test('is not the one whose clients sign in meanwhile', async () => {
    for (let client = 0; client < 100; client += 1) {
      await guess(A, 1);
      const admitted = door.admit(B, roomy);
      await vi.advanceTimersByTimeAsync(200);
      const admission = await admitted;
      expect('seat' in admission).toBe(true);
      if ('seat' in admission) door.taken(admission.seat);
    }
    expect(await guess(A, 1)).toEqual({ sign_ins_failed: 1 });
  });
});
