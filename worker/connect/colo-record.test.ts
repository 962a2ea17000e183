import { describe, expect, test } from 'vitest';
import {
  type Answer,
  ASK_AGAIN_MS,
  ASK_EVERY_MS,
  BAD_STATE_VALID_MS,
  EJECT_MAX_MS,
  EJECT_MIN_MS,
  EJECT_TIMES_COST,
  EMPTY_RECORD,
  isAnyDue,
  observationsOf,
  regionsToAsk,
  STATE_VALID_MS,
  withAnswer,
  withFailure,
  withSilence,
  withSuccess,
} from './colo-record.ts';

const RANKED = ['a', 'b', 'c', 'd', 'e'];
const NOW = 1_000_000;
const UP: Answer = { state: 'up', clients: 3, peers: 5, rttMs: 20 };

describe('whom to ask', () => {
  test('at first the likely best three, and now and then another', () => {
    expect(regionsToAsk(EMPTY_RECORD, RANKED, NOW, 0.9)).toEqual(['a', 'b', 'c']);
    expect(regionsToAsk(EMPTY_RECORD, RANKED, NOW, 0)).toEqual(['a', 'b', 'c', 'd']);
    expect(regionsToAsk(EMPTY_RECORD, RANKED, NOW, 0.24)).toEqual(['a', 'b', 'c', 'e']);
  });

  test('a region that is up again after the interval, not before', () => {
    const record = withAnswer(EMPTY_RECORD, 'a', UP, NOW);
    expect(regionsToAsk(record, ['a'], NOW + ASK_EVERY_MS - 1, 1)).toEqual([]);
    expect(regionsToAsk(record, ['a'], NOW + ASK_EVERY_MS, 1)).toEqual(['a']);
  });

  test('a region that did not serve sooner', () => {
    const record = withSilence(EMPTY_RECORD, 'a', NOW);
    expect(isAnyDue(record, ['a'], NOW + ASK_AGAIN_MS - 1)).toBe(false);
    expect(isAnyDue(record, ['a'], NOW + ASK_AGAIN_MS)).toBe(true);
  });
});

describe('what is known', () => {
  test('an answer is believed until it is too old; a measurement is kept', () => {
    const record = withAnswer(EMPTY_RECORD, 'a', UP, NOW);
    expect(seen(record, NOW + STATE_VALID_MS - 1)).toMatchObject({ state: 'up', clients: 3 });
    expect(seen(record, NOW + STATE_VALID_MS)).toEqual({
      measurement: { meanMs: 20, varianceMs2: 0, samples: 1 },
    });
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

  test('how much of the mesh a region has is judged by the others that are up', () => {
    const others = ['b', 'c', 'd', 'e'].reduce((record, id) => withAnswer(record, id, UP, NOW), EMPTY_RECORD);
    expect(seen(withAnswer(others, 'a', { ...UP, peers: 1 }, NOW), NOW)).toMatchObject({ meshShare: 0.25 });
    expect(seen(withAnswer(EMPTY_RECORD, 'a', { ...UP, peers: 0 }, NOW), NOW)).not.toHaveProperty(
      'meshShare',
    );
  });
});

describe('ejection', () => {
  const until = (costs: readonly number[]) =>
    (costs.reduce((record, cost) => withFailure(record, 'a', cost, NOW), EMPTY_RECORD).regions.a
      ?.ejectedUntil ?? 0) - NOW;

  test('lasts as long as the attempt was dear, within bounds', () => {
    expect(until([1])).toBe(EJECT_MIN_MS);
    expect(until([100])).toBe(100 * EJECT_TIMES_COST);
    expect(until([5_000])).toBe(EJECT_MAX_MS);
  });

  test('doubles with every further failure, up to eight times', () => {
    expect(until([100, 100])).toBe(2 * 100 * EJECT_TIMES_COST);
    expect(until(Array.from({ length: 9 }, () => 100))).toBe(8 * 100 * EJECT_TIMES_COST);
  });

  test('ends with the first client that is taken, and is not begun by one', () => {
    const failed = withFailure(EMPTY_RECORD, 'a', 100, NOW);
    expect(seen(withSuccess(failed, 'a'), NOW)).not.toHaveProperty('ejectedUntil');
    expect(withSuccess(EMPTY_RECORD, 'a')).toBe(EMPTY_RECORD);
  });
});

function seen(record: Parameters<typeof observationsOf>[0], now: number) {
  return observationsOf(record, now).regions.get('a');
}
