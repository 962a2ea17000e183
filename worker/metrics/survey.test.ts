import { expect, test, vi } from 'vitest';
import type { RegionMetrics } from '../region/server-figures.ts';
import { ANSWER_WITHIN_MS, ASLEEP_EVERY_MS, type Asked, Survey } from './survey.ts';

const WANTED = { details: false, ephemeral: false };

const answering = (state: 'up' | 'asleep'): RegionMetrics => ({
  status: { region: 'oc', state, since: 1, clients: 0, objectAgeMs: 1 },
  links: [],
});

test('a region that does not answer is a gap, and keeps no other waiting for longer', async () => {
  vi.useFakeTimers();
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  try {
    const regions: readonly Asked[] = [
      { region: 'oc', jetstream: false, drained: false, ask: async () => answering('up') },
      { region: 'weur', jetstream: true, drained: false, ask: () => new Promise(() => {}) },
      {
        region: 'enam',
        jetstream: true,
        drained: false,
        ask: () => Promise.reject(new Error('it was reset')),
      },
    ];
    const taken = new Survey().take(regions, WANTED, () => 5);
    await vi.advanceTimersByTimeAsync(ANSWER_WITHIN_MS);
    expect(await taken).toEqual([
      { region: 'oc', jetstream: false, drained: false, askedAt: 5, metrics: answering('up') },
      { region: 'weur', jetstream: true, drained: false, askedAt: 5 },
      { region: 'enam', jetstream: true, drained: false, askedAt: 5 },
    ]);
  } finally {
    vi.useRealTimers();
    vi.restoreAllMocks();
  }
});

test('a region that sleeps is asked once a minute, one that is up each time', async () => {
  const asked: string[] = [];
  const region = (id: string, state: 'up' | 'asleep'): Asked => ({
    region: id,
    jetstream: false,
    drained: false,
    ask: async () => {
      asked.push(id);
      return answering(state);
    },
  });
  const survey = new Survey();
  const regions = [region('oc', 'asleep'), region('weur', 'up')];
  for (const now of [0, 10_000, ASLEEP_EVERY_MS - 1]) await survey.take(regions, WANTED, () => now);
  expect(asked).toEqual(['oc', 'weur', 'weur', 'weur']);
  const drained = regions.map((each) => ({ ...each, drained: true }));
  const known = await survey.take(drained, WANTED, () => ASLEEP_EVERY_MS - 1);
  expect(known.map((each) => each.drained)).toEqual([true, true]);
  expect(asked.splice(4)).toEqual(['weur']);
  const [slept] = await survey.take(regions, WANTED, () => ASLEEP_EVERY_MS);
  expect(asked.slice(4)).toEqual(['oc', 'weur']);
  expect(slept?.askedAt).toBe(ASLEEP_EVERY_MS);
});

test('a region that slept is asked again as soon as it has taken a client, also if it was being asked just then', async () => {
  let state: 'up' | 'asleep' = 'asleep';
  let asked = 0;
  let during = () => {};
  const oc: Asked = {
    region: 'oc',
    jetstream: false,
    drained: false,
    ask: async () => {
      asked += 1;
      const answer = answering(state);
      during();
      return answer;
    },
  };
  const survey = new Survey();
  const stateAt = async (now: number) =>
    (await survey.take([oc], WANTED, () => now))[0]?.metrics?.status.state;
  expect([await stateAt(1), await stateAt(2)]).toEqual(['asleep', 'asleep']);
  expect(asked).toBe(1);
  survey.taken('weur', 3);
  expect([await stateAt(4), asked]).toEqual(['asleep', 1]);
  survey.taken('oc', 5);
  during = () => {
    state = 'up';
    survey.taken('oc', 6);
  };
  expect([await stateAt(6), asked]).toEqual(['asleep', 2]);
  during = () => {};
  expect([await stateAt(7), asked]).toEqual(['up', 3]);
});

test('a region that slept before the clock was set back is asked again', async () => {
  let asked = 0;
  const oc: Asked = {
    region: 'oc',
    jetstream: false,
    drained: false,
    ask: async () => {
      asked += 1;
      return answering('asleep');
    },
  };
  const survey = new Survey();
  for (const now of [3_600_000, 1_000]) await survey.take([oc], WANTED, () => now);
  expect(asked).toBe(2);
});
