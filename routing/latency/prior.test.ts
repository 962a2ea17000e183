import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KNOWN_BEST, NINE_REGIONS, SIX_REGIONS } from '../../test/support/data/known-best.ts';
import type { Coordinates } from '../coordinates.ts';
import { distanceKm } from '../distance.ts';
import { accessOf } from './access.ts';
import { FIBRE_MS_PER_1000_KM } from './model.ts';
import { compilePrior, expectedRttMs } from './prior.ts';

/** More than the Internet needs between any two places. */
const LONGEST_MS = 700;

const degrees = (limit: number) => fc.double({ min: -limit, max: limit, noNaN: true });
const places: fc.Arbitrary<Coordinates> = fc.record({ latitude: degrees(90), longitude: degrees(180) });

const LONDON = { latitude: 51.51, longitude: -0.13 };
const SYDNEY = { latitude: -33.87, longitude: 151.21 };
const MUMBAI = { latitude: 19.08, longitude: 72.88 };
const DUBAI = { latitude: 25.28, longitude: 55.3 };
const BAHRAIN = { latitude: 26.07, longitude: 50.55 };

describe('anywhere on the globe', () => {
  test('an estimate is no faster than light in fibre, and no slower than the Internet', () => {
    fc.assert(
      fc.property(places, places, (from, to) => {
        const ms = expectedRttMs(from, to);
        expect(ms).toBeGreaterThanOrEqual((distanceKm(from, to) * FIBRE_MS_PER_1000_KM) / 1000);
        expect(ms).toBeLessThan(LONGEST_MS);
      }),
    );
  });

  test('it is the same both ways', () => {
    fc.assert(
      fc.property(places, places, (a, b) => {
        expect(expectedRttMs(a, b)).toBeCloseTo(expectedRttMs(b, a), 6);
      }),
    );
  });

  test('no place is nearer to another than to itself', () => {
    fc.assert(
      fc.property(places, places, (a, b) => {
        expect(expectedRttMs(a, a)).toBeLessThanOrEqual(expectedRttMs(a, b));
      }),
    );
  });

  test.each([
    [90, 0],
    [-90, 0],
    [0, 180],
    [0, -180],
    [90, 180],
    [-90, -180],
  ])('%d, %d has an estimate', (latitude, longitude) => {
    expect(expectedRttMs({ latitude, longitude }, LONDON)).toBeGreaterThan(0);
  });

  test.each([
    [-18, 180],
    [64, 180],
    [90, 25],
  ])('the date line and the pole are no seam (%d, %d)', (latitude, longitude) => {
    const here = expectedRttMs({ latitude, longitude }, SYDNEY);
    expect(here).toBeCloseTo(expectedRttMs({ latitude, longitude: -longitude }, SYDNEY), 6);
  });
});

describe('a compiled prior', () => {
  test('says what single estimates say, in the order of its regions', () => {
    const from = accessOf(MUMBAI);
    const single = NINE_REGIONS.map((region) => expectedRttMs(MUMBAI, region));
    expect(compilePrior(NINE_REGIONS).rttMs(from)).toEqual(single);
  });

  test('of no regions has no estimates', () => {
    expect(compilePrior([]).rttMs(accessOf(LONDON))).toEqual([]);
  });
});

describe('a stub', () => {
  test('is the end of a way', () => {
    expect(expectedRttMs(MUMBAI, BAHRAIN)).toBeLessThan(50);
    expect(expectedRttMs(BAHRAIN, DUBAI)).toBeLessThan(20);
  });

  test('is not on the way: Mumbai reaches Dubai by no short cut over Bahrain', () => {
    expect(expectedRttMs(MUMBAI, DUBAI)).toBeGreaterThan(70);
  });
});

describe('further along one road', () => {
  test.each([
    ['Paris, Frankfurt, Warsaw', LONDON, [at(48.86, 2.35), at(50.11, 8.68), at(52.23, 21.01)]],
    ['Melbourne, Adelaide, Perth', SYDNEY, [at(-37.81, 144.96), at(-34.93, 138.6), at(-31.95, 115.86)]],
    ['Moscow, Yekaterinburg, Novosibirsk', LONDON, [at(55.75, 37.62), at(56.84, 60.61), at(55.01, 82.94)]],
  ])('takes longer: %s', (_road, from, stops) => {
    const times = stops.map((stop) => expectedRttMs(from, stop));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

describe('the best region is the one well known to be', () => {
  const nine = compilePrior(NINE_REGIONS);
  const six = compilePrior(SIX_REGIONS);

  test.each(KNOWN_BEST)('$place: $ofNine of nine, $ofSix of six ($why)', (known) => {
    const from = accessOf(known);
    expect(known.ofNine.split('|')).toContain(best(NINE_REGIONS, nine.rttMs(from)));
    expect(known.ofSix.split('|')).toContain(best(SIX_REGIONS, six.rttMs(from)));
  });
});

function at(latitude: number, longitude: number): Coordinates {
  return { latitude, longitude };
}

function best(regions: readonly { readonly id: string }[], rttMs: readonly number[]): string | undefined {
  return regions[rttMs.indexOf(Math.min(...rttMs))]?.id;
}
