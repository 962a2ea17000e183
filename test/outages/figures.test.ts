import { describe, expect, test } from 'vitest';
import type { Arrival, ClientEvent } from './clients/client-event.ts';
import { figuresOf, homecomings, spreadOf } from './figures.ts';
import type { Observed } from './observed.ts';

/** oc fails from 1 s to 10 s and is back at 12 s. */
const OBSERVED: Observed = {
  rankings: { Sydney: ['oc', 'apac', 'wnam'], Tokyo: ['apac', 'oc', 'wnam'] },
  affected: ['oc'],
  begunAt: 1_000,
  endedAt: 10_000,
  returnedAt: { oc: 12_000 },
  finishedAt: 20_000,
  events: {},
};

function arrival(due: number, changes: Partial<Arrival> = {}): Arrival {
  return { type: 'arrival', city: 'Sydney', due, ms: 20, region: 'apac', failures: [], ...changes };
}

function landed(client: string, region: string, at: number, city = 'Sydney'): ClientEvent {
  return { type: 'landed', client, city, region, at };
}

function silence(client: string, from: number, ms: number, isOpen = false): ClientEvent {
  return { type: 'silence', client, city: 'Sydney', from, ms, isOpen };
}

test('a spread has the middle, the 99th percentile and the worst; of nothing there is none', () => {
  const values = Array.from({ length: 1_000 }, (_, n) => n + 1);
  expect(spreadOf(values)).toEqual({ count: 1_000, p50: 500.5, p99: 990.01, worst: 1_000 });
  expect(spreadOf([7])).toEqual({ count: 1, p50: 7, p99: 7, worst: 7 });
  expect(spreadOf([])).toBeUndefined();
});

describe('clients that come', () => {
  test('count where they were due while the outage lasted', () => {
    const events = [999, 1_000, 9_999, 10_000].map((due) => arrival(due, { ms: due }));
    const { arrivals } = figuresOf(events, OBSERVED);
    expect(arrivals).toMatchObject({ count: 2, refused: 0, neverServed: 0 });
    expect(arrivals.served).toMatchObject({ count: 2, worst: 9_999 });
  });

  test('are refused as often as a connect failed that began since the beginning, whenever they were due', () => {
    const failures = [
      { at: 900, why: '503' },
      { at: 1_000, why: '503' },
      { at: 1_100, why: 'timeout' },
    ];
    const late = arrival(15_000, { failures: [{ at: 15_001, why: '503' }] });
    const { arrivals } = figuresOf([arrival(800, { failures }), arrival(2_000), late], OBSERVED);
    expect(arrivals).toMatchObject({ refused: 2, refusedClients: 2, failures: { 503: 1, timeout: 1 } });
  });

  test('that gave up have waited for as long as they did', () => {
    const { arrivals } = figuresOf([arrival(2_000, { region: '', ms: 15_000 })], OBSERVED);
    expect(arrivals).toMatchObject({ neverServed: 1, served: { worst: 15_000 } });
  });
});

describe('clients that stay', () => {
  test('are without service for all silences together, from the beginning of the outage on', () => {
    const events = [landed('a', 'oc', 0), silence('a', 500, 2_000), silence('a', 5_000, 1_000)];
    expect(figuresOf(events, OBSERVED).lasting.withoutService).toMatchObject({ count: 1, worst: 2_500 });
  });

  test('one that heard of itself all along was without service for no time', () => {
    expect(figuresOf([landed('a', 'oc', 0)], OBSERVED).lasting.withoutService).toMatchObject({ worst: 0 });
  });

  test('on other regions are bystanders', () => {
    const events = [landed('a', 'apac', 0, 'Tokyo'), silence('a', 2_000, 700)];
    const { lasting } = figuresOf(events, OBSERVED);
    expect(lasting).toMatchObject({ withoutService: undefined, bystanders: { count: 1, worst: 700 } });
  });

  test('go by the rules to the best region that did not fail, and not anywhere else', () => {
    const events = ['a', 'b', 'c'].map((client) => landed(client, 'oc', 0));
    const moved = [landed('a', 'apac', 3_000), landed('b', 'wnam', 3_000), landed('c', 'apac', 11_000)];
    const { lasting } = figuresOf([...events, ...moved], OBSERVED);
    expect(lasting.landed).toEqual({ apac: 1, wnam: 1, oc: 1 });
    expect(lasting.byTheRules).toBe(1);
  });

  test('that never heard of themselves again are lost', () => {
    const events = [landed('a', 'oc', 0), landed('b', 'oc', 0), silence('a', 1_000, 19_000, true)];
    expect(figuresOf(events, OBSERVED).lasting.lost).toBe(1);
  });
});

describe('home again', () => {
  const homeMs = (...arrivals: readonly Arrival[]) => homecomings(arrivals, OBSERVED)[0]?.homeMs;

  test('is the first client after which no other landed elsewhere', () => {
    const home = { region: 'oc' };
    expect(homeMs(arrival(12_000, home), arrival(13_000), arrival(14_000, home), arrival(15_000, home))).toBe(
      2_020,
    );
  });

  test('is never where the last one landed elsewhere, and where nobody came', () => {
    expect(homeMs(arrival(12_000, { region: 'oc' }), arrival(19_000))).toBeUndefined();
    expect(homeMs()).toBeUndefined();
  });

  test('is told of the cities whose region failed, with the time that its server took', () => {
    expect(homecomings([], OBSERVED)).toEqual([
      { city: 'Sydney', home: 'oc', returnMs: 2_000, homeMs: undefined },
    ]);
  });

  test('never comes where the server did not return', () => {
    expect(homecomings([arrival(15_000, { region: 'oc' })], { ...OBSERVED, returnedAt: {} })).toEqual([
      { city: 'Sydney', home: 'oc', returnMs: undefined, homeMs: undefined },
    ]);
  });
});
