import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SeenState } from '../../api/states.ts';
import { instanceNameOf } from '../../regions/names.ts';
import type { RoundTrips } from '../../routing/round-trips.ts';
import {
  type Answer,
  BAD_STATE_VALID_MS,
  betterTrips,
  type ColoRecord,
  EJECT_MAX_MS,
  EJECT_MIN_MS,
  EJECT_TIMES_COST,
  EMPTY_RECORD,
  FAST_MS,
  type Failure,
  observationsOf,
  SAME_TIME_MS,
  SERVERS_VALID_MS,
  STATE_VALID_MS,
  withAnswer,
  withFailure,
  withRefusal,
  withSilence,
  withState,
  withSuccess,
  withTaken,
} from './colo-record.ts';

const LOST: Failure = { startedAt: 1_000_000, costMs: 5 };
const IDS = ['a', 'b', 'c', 'd', 'e'];
const NOW = 1_000_000;
const PEERS = IDS.map(instanceNameOf);
const UP: Answer = { state: 'up', clients: 3, peers: PEERS, rttMs: 20 };

const OUTSIDE: Answer = { state: 'up' };

describe('an external region that was seen to be none', () => {
  const none = withAnswer(EMPTY_RECORD, 'a', { state: 'unreachable', problem: 'it closes after INFO' }, NOW);

  test('stays so until it is looked at again, since trying says less', () => {
    expect(seen(none, NOW + STATE_VALID_MS - 1)).toEqual({
      state: 'unreachable',
      problem: 'it closes after INFO',
    });
    expect(seen(none, NOW + STATE_VALID_MS)).toEqual({});
    expect(withSuccess(none, 'a', 5)).toBe(none);
  });

  test('is one again as soon as it was seen to be', () => {
    expect(seen(withAnswer(none, 'a', OUTSIDE, NOW + 1), NOW + 1)).toEqual({ state: 'up' });
  });
});

describe('what is known', () => {
  test('an answer is believed until it is too old; a measurement is kept', () => {
    const record = withAnswer(EMPTY_RECORD, 'a', UP, NOW);
    expect(seen(record, NOW + STATE_VALID_MS - 1)).toMatchObject({ state: 'up', clients: 3 });
    expect(seen(record, NOW + STATE_VALID_MS)).toEqual({
      measurement: { ms: 20, samples: expect.closeTo(1, 2) },
    });
  });

  test('what an object remembers of the path is taken over, where no more is known here', () => {
    const remembered = { ms: [20, 21, 22, 20, 19, 21], at: NOW };
    const answer = { ...UP, remembered, rttMs: 23 };
    expect(withAnswer(EMPTY_RECORD, 'a', answer, NOW).regions.a?.trips?.ms).toEqual([...remembered.ms, 23]);
    const known = withAnswer(
      withAnswer(EMPTY_RECORD, 'a', answer, NOW),
      'a',
      { ...answer, rttMs: 24 },
      NOW + 1,
    );
    expect(known.regions.a?.trips?.ms).toEqual([...remembered.ms, 23, 24]);
  });

  test.each<[string, RoundTrips | undefined, RoundTrips | undefined, number]>([
    ['there is no other', undefined, { ms: [1], at: 0 }, 1],
    ['it is later', { ms: [1, 1, 1, 1, 1, 1, 1], at: 1 }, { ms: [2, 2, 2, 2, 2], at: 2 }, 2],
    [
      'it holds more, and the later one has only just begun',
      { ms: [1, 1, 1, 1], at: 2 },
      { ms: [2, 2, 2, 2, 2], at: 1 },
      2,
    ],
    ['both have just begun, and it is later', { ms: [1], at: 1 }, { ms: [2], at: 2 }, 2],
  ])('of two memories of a path one counts when %s', (_when, one, other, first) => {
    expect(betterTrips(one, other)?.ms[0]).toBe(first);
    expect(betterTrips(other, one)?.ms[0]).toBe(first);
  });

  test('bad news is believed for shorter', () => {
    const record = withSilence(EMPTY_RECORD, 'a', NOW);
    expect(seen(record, NOW + BAD_STATE_VALID_MS - 1)).toEqual({ state: 'unreachable' });
    expect(seen(record, NOW + BAD_STATE_VALID_MS)).toEqual({});
  });

  test('a round trip that does not count leaves the measurement as it was', () => {
    const { rttMs: _rttMs, ...silent } = UP;
    const record = withAnswer(withAnswer(EMPTY_RECORD, 'a', UP, NOW), 'a', silent, NOW);
    expect(seen(record, NOW)).toMatchObject({ measurement: { samples: 1 } });
  });

  test('how many clients the server takes is known where it says so', () => {
    expect(seen(withAnswer(EMPTY_RECORD, 'a', { ...UP, maxClients: 9 }, NOW), NOW)).toMatchObject({
      maxClients: 9,
    });
    expect(seen(withAnswer(EMPTY_RECORD, 'a', UP, NOW), NOW)).not.toHaveProperty('maxClients');
  });
});

describe('how much of the mesh a region has', () => {
  const linkedWithB: Answer = { ...UP, peers: [instanceNameOf('b')] };
  const answered = (at: number, ...ids: string[]) =>
    ids.reduce(
      (record, id) => withAnswer(record, id, UP, at),
      withAnswer(EMPTY_RECORD, 'a', linkedWithB, NOW),
    );

  test.each<[string, ColoRecord, number | undefined]>([
    ['the others that are up', answered(NOW, 'b', 'c', 'd', 'e'), 0.25],
    ['nothing where no other is known', answered(NOW), undefined],
    ['none that was asked long before', answered(NOW - SAME_TIME_MS, 'b', 'c'), undefined],
    ['none that was asked long after', answered(NOW + SAME_TIME_MS, 'b', 'c'), undefined],
    ['none that has not answered since', withSilence(answered(NOW, 'b', 'c'), 'c', NOW + 1), 1],
    ['none that is down', withState(answered(NOW, 'b', 'c'), 'c', 'down', NOW + 1), 1],
    ['none that sleeps', withState(answered(NOW, 'b', 'c'), 'c', 'asleep', NOW + 1), 1],
    ['none that has no routes, as an external one', withAnswer(answered(NOW, 'b'), 'c', OUTSIDE, NOW), 1],
    ['none that has failed since', withFailure(answered(NOW, 'b', 'c'), 'c', LOST, NOW + 1), 1],
  ])('is judged by %s', (_what, record, meshShare) => {
    expect(seen(record, NOW + 1)?.meshShare).toBe(meshShare);
  });

  test('is soon unknown again: bad news is not trusted for long', () => {
    const both = withAnswer(withAnswer(EMPTY_RECORD, 'a', { ...UP, peers: [] }, NOW), 'b', UP, NOW);
    expect(seen(both, NOW + BAD_STATE_VALID_MS - 1)?.meshShare).toBe(0);
    expect(seen(both, NOW + BAD_STATE_VALID_MS)).not.toHaveProperty('meshShare');
    expect(seen(both, NOW + BAD_STATE_VALID_MS)).toHaveProperty('state', 'up');
  });

  test('does not become less when the others die, one after another or all at once', () => {
    const all = answered(NOW, ...IDS.slice(1));
    const whole = withAnswer(all, 'a', UP, NOW);
    const ways = fc.array(
      fc.tuple(fc.constantFrom(...IDS.slice(1)), fc.constantFrom('silent', 'failed', 'down')),
    );
    fc.assert(
      fc.property(ways, fc.nat(60_000), (deaths, laterMs) => {
        const later = NOW + laterMs;
        const died = deaths.reduce((record, [id, how]) => {
          if (how === 'failed') return withFailure(record, id, LOST, later);
          return how === 'silent' ? withSilence(record, id, later) : withState(record, id, 'down', later);
        }, whole);
        const alive = IDS.filter((id) => deaths.every(([dead]) => dead !== id)).map(instanceNameOf);
        const asked = withAnswer(died, 'a', { ...UP, peers: alive }, later);
        expect(seen(asked, later)?.meshShare ?? 1).toBe(1);
      }),
    );
  });
});

describe('ejection', () => {
  /** Failures one after another, each as soon as the region is tried again. */
  const untilAfter = (costs: readonly number[]) => {
    let record = EMPTY_RECORD;
    let now = NOW;
    for (const costMs of costs) {
      const startedAt = Math.max(now, record.regions.a?.ejectedUntil ?? 0);
      now = startedAt + costMs;
      record = withFailure(record, 'a', { startedAt, costMs }, now);
    }
    return (record.regions.a?.ejectedUntil ?? 0) - now;
  };

  test('lasts as long as the attempt was dear, within bounds', () => {
    expect(untilAfter([1])).toBe(EJECT_MIN_MS);
    expect(untilAfter([100])).toBe(100 * EJECT_TIMES_COST);
    expect(untilAfter([5_000])).toBe(EJECT_MAX_MS);
  });

  test('doubles with every further failure, up to eight times', () => {
    expect(untilAfter([100, 100])).toBe(2 * 100 * EJECT_TIMES_COST);
    expect(untilAfter(Array.from({ length: 9 }, () => 100))).toBe(8 * 100 * EJECT_TIMES_COST);
  });

  test('counts the failures of one outage once, however many clients they are of', () => {
    const attempts = fc.array(
      fc.record({ startedAt: fc.integer({ min: NOW - 5_000, max: NOW }), costMs: fc.nat(5_000) }),
      {
        minLength: 1,
        maxLength: 300,
      },
    );
    fc.assert(
      fc.property(attempts, ([first, ...others]) => {
        const once = withFailure(EMPTY_RECORD, 'a', first as Failure, NOW);
        const all = others.reduce((record, failure) => withFailure(record, 'a', failure, NOW + 500), once);
        expect(all.regions.a).toEqual({ ...once.regions.a, refusedAt: others.length > 0 ? NOW + 500 : NOW });
      }),
    );
  });

  test('ends with the first client that is taken, and is not begun by one', () => {
    const failed = failedAt(EMPTY_RECORD, NOW);
    expect(seen(withSuccess(failed, 'a', 5), NOW)).not.toHaveProperty('ejectedUntil');
    expect(seen(withSuccess(failed, 'a', 5), NOW)).not.toHaveProperty('refusedAt');
    expect(withSuccess(EMPTY_RECORD, 'a', 5)).toBe(EMPTY_RECORD);
    const up = withAnswer(EMPTY_RECORD, 'a', UP, NOW);
    expect(withSuccess(up, 'a', 5)).toBe(up);
  });

  test.each<[SeenState, boolean]>([
    ['up', true],
    ['starting', true],
    ['asleep', true],
    ['down', false],
    ['stopping', false],
  ])('ends with an answer %s that is newer: %s', (state, ends) => {
    const failed = failedAt(EMPTY_RECORD, NOW);
    const older = withAnswer(failed, 'a', { ...UP, state }, NOW);
    expect(older.regions.a).toHaveProperty('ejectedUntil');
    const newer = withAnswer(failed, 'a', { ...UP, state }, NOW + 1);
    expect(newer.regions.a?.ejectedUntil === undefined).toBe(ends);
    expect(newer.regions.a?.failures === undefined).toBe(ends);
    expect(newer.regions.a?.refusedAt === undefined).toBe(ends);
  });

  test('ends with no refusal, since that is no better', () => {
    expect(withRefusal(failedAt(EMPTY_RECORD, NOW), 'a', NOW + 1).regions.a).toMatchObject({
      ejectedUntil: expect.any(Number),
      refusedAt: NOW + 1,
    });
  });
});

test('a region that takes a client is up, whatever it said before', () => {
  for (const state of ['asleep', 'starting', 'down', 'unreachable'] as const) {
    const record = withSuccess(withState(EMPTY_RECORD, 'a', state, NOW), 'a', 5);
    expect(seen(record, NOW)).toMatchObject({ state: 'up' });
  }
});

test('how long a region takes to take clients is known while it is long', () => {
  const took = (...times: number[]) =>
    times.reduce((record, ms) => withSuccess(record, 'a', ms), EMPTY_RECORD).regions.a?.tookMs;
  expect(took(FAST_MS - 1)).toBeUndefined();
  expect(took(500)).toBe(500);
  expect(took(500, 600)).toBeCloseTo(530);
  expect(took(500, 5)).toBeGreaterThan(FAST_MS);
  expect(took(500, ...Array.from({ length: 6 }, () => 5))).toBeUndefined();
  const slow = withSuccess(EMPTY_RECORD, 'a', 500);
  expect(seen(withAnswer(slow, 'a', UP, NOW), NOW)).toMatchObject({ tookMs: 500 });
});

function failedAt(record: ColoRecord, now: number): ColoRecord {
  return withFailure(record, 'a', { startedAt: now - 100, costMs: 100 }, now);
}

describe('the servers of a region', () => {
  const servers = [1, 2].map((number) => ({ number, clients: 10, maxClients: 100 }));
  const known = withAnswer(EMPTY_RECORD, 'a', { ...UP, servers }, NOW);
  const countsIn = (record: ColoRecord) => record.regions.a?.servers?.map(({ clients }) => clients);

  test('have the clients too that were sent to them since they were asked', () => {
    const record = withTaken(known, 'a', { number: 2, said: undefined }, NOW);
    expect(countsIn(withTaken(record, 'a', { number: 2, said: undefined }, NOW))).toEqual([10, 12]);
    expect(withTaken(EMPTY_RECORD, 'a', { number: 1, said: undefined }, NOW)).toBe(EMPTY_RECORD);
  });

  test('are those that an answer names, but for a moment after that they were named', () => {
    const said = [...servers, { number: 3, clients: 0, maxClients: 100 }];
    const soon = NOW + SERVERS_VALID_MS - 1;
    expect(countsIn(withTaken(known, 'a', { number: 1, said }, soon))).toEqual([11, 10]);
    const later = withTaken(known, 'a', { number: 1, said }, soon + 1);
    expect(countsIn(later)).toEqual([11, 10, 0]);
    expect(countsIn(withTaken(later, 'a', { number: 3, said: servers }, soon + 2))).toEqual([11, 10, 1]);
  });
});

function seen(record: ColoRecord, now: number) {
  return observationsOf(record, now).regions.get('a');
}
