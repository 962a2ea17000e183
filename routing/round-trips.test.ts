import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addSample,
  HALF_LIFE_MS,
  isRoundTrips,
  KEPT_SAMPLES,
  LONGEST_SAMPLE_MS,
  measurementOf,
  type RoundTrips,
} from './round-trips.ts';

const NOW = 1_700_000_000_000;
const EVERY_MS = 30_000;

describe('a sample', () => {
  test.each([
    0,
    -1,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    LONGEST_SAMPLE_MS + 1,
  ])('of %d ms is no round trip, and changes nothing', (ms) => {
    expect(addSample(undefined, ms, NOW)).toBeUndefined();
    const known = tripsOf([20, 21]);
    expect(addSample(known, ms, NOW + 1)).toBe(known);
  });

  test('of the longest possible time counts', () => {
    expect(addSample(undefined, LONGEST_SAMPLE_MS, NOW)?.ms).toEqual([LONGEST_SAMPLE_MS]);
  });

  test('from before the last one, by a clock that went back, counts as one at the same time', () => {
    const trips = addSample(addSample(undefined, 20, NOW), 21, NOW - HALF_LIFE_MS * 50);
    expect(trips).toEqual({ ms: [20, 21], at: NOW });
  });
});

describe('what samples say together', () => {
  test.each<[string, number[], number]>([
    ['one alone is what it is', [40], 40],
    ['two that agree are averaged', [40, 44], 42],
    ['of two that disagree the shorter counts', [400, 40], 40],
    ['one of ten that is ten times too long does not count', [...times(9, 40), 400], 40],
    ['two of five neither', [40, 400, 41, 400, 42], 41],
  ])('%s', (_what, ms, expected) => {
    expect(measurementOf(tripsOf(ms), NOW).ms).toBeCloseTo(expected, 5);
  });

  test.each<[string, number[], number]>([
    ['those that agree count', [40, 40, 40], 3],
    ['two that contradict each other are worth none', [40, 400], 0],
    ['one that disagrees takes away one', [40, 40, 40, 400], 2],
    ['many that disagree take away two', [...times(9, 40), ...times(4, 400)], 7],
    ['of two the second counts if it may be noise: 1.6 times as long', [40, 64], 2],
    ['of many it does not', [...times(20, 40), 64], 19],
  ])('%s', (_what, ms, expected) => {
    expect(measurementOf(tripsOf(ms), NOW).samples).toBe(expected);
  });

  test('one more changes it by no more than a fifth, however long it is, once there are five', () => {
    const likely = fc.array(fc.double({ min: 80, max: 120, noNaN: true }), { minLength: 5, maxLength: 60 });
    fc.assert(
      fc.property(likely, fc.double({ min: 0.1, max: LONGEST_SAMPLE_MS, noNaN: true }), (ms, odd) => {
        const before = measurementOf(tripsOf(ms), NOW).ms;
        const then = measurementOf(addSample(tripsOf(ms), odd, NOW) as RoundTrips, NOW).ms;
        expect(Math.abs(then - before)).toBeLessThan(before / 5);
      }),
    );
  });

  test('it is always between the shortest and the longest, and what is kept is what is read back', () => {
    const any = fc.array(fc.double({ min: 0.1, max: LONGEST_SAMPLE_MS, noNaN: true }), {
      minLength: 1,
      maxLength: 80,
    });
    fc.assert(
      fc.property(any, (ms) => {
        const trips = tripsOf(ms);
        const measured = measurementOf(trips, NOW);
        expect(measured.ms).toBeGreaterThanOrEqual(Math.min(...trips.ms) - 1e-9);
        expect(measured.ms).toBeLessThanOrEqual(Math.max(...trips.ms) + 1e-9);
        expect(trips.ms.length).toBeLessThanOrEqual(KEPT_SAMPLES);
        expect(measured.samples).toBeGreaterThanOrEqual(0);
        expect(measured.samples).toBeLessThanOrEqual(trips.ms.length);
        expect(isRoundTrips(JSON.parse(JSON.stringify(trips)))).toBe(true);
      }),
    );
  });
});

describe('a path that changes', () => {
  test('is believed after five samples when it is another one altogether', () => {
    const before = tripsOf(times(KEPT_SAMPLES, 40));
    expect(measurementOf(tripsOf(times(4, 100), before), NOW).ms).toBeCloseTo(40, 5);
    expect(measurementOf(tripsOf(times(5, 100), before), NOW)).toEqual({ ms: 100, samples: 5 });
    expect(measurementOf(tripsOf(times(5, 10), before), NOW)).toEqual({ ms: 10, samples: 5 });
  });

  test('is known to have changed until as many samples as are kept are of what it has become', () => {
    const before = tripsOf(times(KEPT_SAMPLES, 40));
    expect(tripsOf(times(4, 100), before)).not.toHaveProperty('hasChanged');
    expect(tripsOf(times(5, 100), before)).toHaveProperty('hasChanged', true);
    expect(tripsOf(times(KEPT_SAMPLES - 1, 100), before)).toHaveProperty('hasChanged', true);
    expect(tripsOf(times(KEPT_SAMPLES, 100), before)).not.toHaveProperty('hasChanged');
    expect(isRoundTrips(tripsOf(times(5, 100), before))).toBe(true);
  });

  test('is followed within the samples that are kept when it is near the old one', () => {
    const before = tripsOf(times(KEPT_SAMPLES, 100));
    const half = measurementOf(tripsOf(times(KEPT_SAMPLES / 2, 120), before), NOW).ms;
    expect(half).toBeCloseTo(110, 0);
    expect(measurementOf(tripsOf(times(KEPT_SAMPLES, 120), before), NOW).ms).toBeCloseTo(120, 5);
  });

  test('fades without news, and little of it is left beside new samples', () => {
    const known = tripsOf(times(KEPT_SAMPLES, 100));
    expect(measurementOf(known, NOW + HALF_LIFE_MS).samples).toBeCloseTo(KEPT_SAMPLES / 2, 5);
    expect(addSample(known, 100, NOW + HALF_LIFE_MS)?.ms).toHaveLength(KEPT_SAMPLES / 2 + 1);
    for (const lives of [50, 5_000])
      expect(addSample(known, 100, NOW + lives * HALF_LIFE_MS)?.ms).toHaveLength(2);
  });

  test('does not fade in an hour of a visit every ten minutes', () => {
    let trips: RoundTrips | undefined;
    for (let visit = 0; visit <= 6; visit++) trips = addSample(trips, 50, NOW + visit * 600_000);
    expect(measurementOf(trips as RoundTrips, NOW + 2 * 3_600_000).samples).toBeGreaterThan(6);
  });
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a mean of before', { meanMs: 20, varianceMs2: 4, samples: 7 }],
  ['no samples', { ms: [], at: NOW }],
  ['no time', { ms: [20] }],
  ['a time that is none', { ms: [20], at: 'noon' }],
  ['a zero', { ms: [20, 0], at: NOW }],
  ['a hole', { ms: [20, null], at: NOW }],
  ['too many', { ms: times(KEPT_SAMPLES + 1, 20), at: NOW }],
  ['a text', '{"ms":[20],"at":1}'],
  ['a change that is neither', { ms: [20], at: NOW, hasChanged: 'yes' }],
])('%s are no round trips', (_what, value) => {
  expect(isRoundTrips(value)).toBe(false);
});

function times(count: number, ms: number): number[] {
  return Array.from({ length: count }, () => ms);
}

function tripsOf(ms: readonly number[], before?: RoundTrips): RoundTrips {
  const start = before?.at ?? NOW - ms.length * EVERY_MS;
  return ms.reduce<RoundTrips | undefined>(
    (trips, each, index) => addSample(trips, each, Math.min(NOW, start + (index + 1) * EVERY_MS)),
    before,
  ) as RoundTrips;
}
