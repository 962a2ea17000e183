import { describe, expect, test } from 'vitest';
import { ASK_AGAIN_MS, ASK_EVERY_MS } from './ask-intervals.ts';
import {
  type Answer,
  type ColoRecord,
  EMPTY_RECORD,
  withAnswer,
  withFailure,
  withRefusal,
  withSilence,
  withState,
} from './colo-record.ts';
import { isAnyDue, NEW_UNTIL_SAMPLES, type Ranked, regionsToAsk } from './whom-to-ask.ts';

const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const RANKED = ranked(...IDS);
const NOW = 1_000_000;
const UP: Answer = { state: 'up', rttMs: 20 };

describe('whom to ask', () => {
  test('at first the likely best three, and three that were never measured', () => {
    expect(regionsToAsk(EMPTY_RECORD, RANKED, NOW, 0)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  test('once all are known the likely best three, and now and then another', () => {
    const known = measured(NEW_UNTIL_SAMPLES, ...IDS);
    const later = NOW + 2 * ASK_EVERY_MS;
    expect(regionsToAsk(known, RANKED, later, 0.9)).toEqual(['a', 'b', 'c']);
    expect(regionsToAsk(known, RANKED, later, 0)).toEqual(['a', 'b', 'c', 'd']);
    expect(regionsToAsk(known, RANKED, later, 0.24)).toEqual(['a', 'b', 'c', 'g']);
  });

  test('beside the best one whose path has changed, so that what made it slow for minutes is seen to pass', () => {
    const slow = Array.from({ length: 5 }, () => ({ ...UP, rttMs: 300 }));
    const known = slow.reduce(
      (record, answer) => withAnswer(record, 'f', answer, NOW - ASK_EVERY_MS),
      measured(NEW_UNTIL_SAMPLES, ...IDS),
    );
    expect(regionsToAsk(known, RANKED, NOW + 2 * ASK_EVERY_MS, 0.9)).toEqual(['a', 'b', 'c', 'f']);
  });

  test('of those hardly known the ones that were asked longest ago', () => {
    const first = ['d', 'e', 'f'].reduce((record, id) => withAnswer(record, id, UP, NOW), EMPTY_RECORD);
    expect(regionsToAsk(first, RANKED, NOW + ASK_EVERY_MS, 0.9)).toEqual(['a', 'b', 'c', 'g', 'd', 'e']);
  });

  test('none beside the best that cannot be measured, since it sleeps or is down', () => {
    for (const state of ['asleep', 'down', 'unreachable'] as const) {
      const record = withState(measured(NEW_UNTIL_SAMPLES, 'd', 'e', 'f'), 'g', state, NOW);
      expect(regionsToAsk(record, RANKED, NOW + ASK_EVERY_MS, 0.9)).toEqual(['a', 'b', 'c']);
    }
  });

  test('a region that sleeps no more often than one that is up', () => {
    const record = withState(EMPTY_RECORD, 'a', 'asleep', NOW);
    expect(isAnyDue(record, ranked('a'), NOW + ASK_EVERY_MS - 1)).toBe(false);
    expect(isAnyDue(record, ranked('a'), NOW + ASK_EVERY_MS)).toBe(true);
  });

  test('a region that is up again after the interval, not before', () => {
    const record = withAnswer(EMPTY_RECORD, 'a', UP, NOW);
    expect(regionsToAsk(record, ranked('a'), NOW + ASK_EVERY_MS - 1, 1)).toEqual([]);
    expect(regionsToAsk(record, ranked('a'), NOW + ASK_EVERY_MS, 1)).toEqual(['a']);
  });

  test.each<[string, ColoRecord, boolean]>([
    ['did not answer', withSilence(EMPTY_RECORD, 'a', NOW), false],
    ['said that it is down', withState(EMPTY_RECORD, 'a', 'down', NOW), false],
    ['clients are kept from, as when it is full', withAnswer(EMPTY_RECORD, 'a', UP, NOW), true],
  ])('a region that %s sooner', (_what, record, isAvoided) => {
    const those = [{ region: 'a', isAvoided }];
    expect(isAnyDue(record, those, NOW + ASK_AGAIN_MS - 1)).toBe(false);
    expect(isAnyDue(record, those, NOW + ASK_AGAIN_MS)).toBe(true);
  });

  test('a region that has not taken a client since it was asked, at once', () => {
    const record = withAnswer(EMPTY_RECORD, 'a', UP, NOW);
    expect(isAnyDue(withRefusal(record, 'a', NOW + 1), ranked('a'), NOW + 1)).toBe(true);
    expect(isAnyDue(failedAt(record, NOW + 1), ranked('a'), NOW + 1)).toBe(true);
  });
});

/** Each was measured so often, long ago. */
function measured(times: number, ...ids: readonly string[]): ColoRecord {
  const asked = Array.from({ length: times }, () => ids).flat();
  return asked.reduce((record, id) => withAnswer(record, id, UP, NOW - ASK_EVERY_MS), EMPTY_RECORD);
}

function ranked(...ids: readonly string[]): readonly Ranked[] {
  return ids.map((region) => ({ region, isAvoided: false }));
}

function failedAt(record: ColoRecord, now: number): ColoRecord {
  return withFailure(record, 'a', { startedAt: now - 100, costMs: 100 }, now);
}
