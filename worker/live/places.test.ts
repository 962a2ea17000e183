import { expect, test } from 'vitest';
import { forLevel, type Seen } from './changes.ts';
import { MOST_PLACES, placesOf } from './places.ts';

test('the clients of a region are spread over the places that it has counted', () => {
  const samples = [{ colo: 'CDG', country: 'FR', clients: 3 }, { country: 'DE', clients: 1 }, { clients: 4 }];
  const places = placesOf([{ region: 'weur', clients: 80, samples }]);
  expect(places.map(({ clients }) => clients)).toEqual([30, 10]);
  expect(places[0]).toMatchObject({ region: 'weur', colo: 'CDG', country: 'FR' });
  expect(places[0]?.latitude).toBeCloseTo(49, 0);
});

test('a region of which it is not known how many clients it has shows none', () => {
  expect(placesOf([{ region: 'weur', clients: null, samples: [{ colo: 'CDG', clients: 3 }] }])).toEqual([]);
});

test.each([5_000, 10_000])(
  'of %i places those that are near each other are one, and no client is left out',
  (count) => {
    const samples = Array.from({ length: count }, (_, n) => ({
      ...{
        latitude: ((n * 7.3) % 170) - 85,
        longitude: ((n * 3.7) % 360) - 180,
        country: `C${n}`,
        clients: n + 1,
      },
    }));
    const places = placesOf([{ region: 'weur', clients: 5_000, samples }]);
    expect(places.length).toBeLessThanOrEqual(MOST_PLACES);
    expect(places.length).toBeGreaterThan(MOST_PLACES / 4);
    expect(new Set(places.map(({ key }) => key)).size).toBe(places.length);
    expect(places.reduce((sum, { clients }) => sum + clients, 0)).toBeCloseTo(5_000, 0);
    expect(places[0]?.clients).toBeGreaterThan(places.at(-1)?.clients ?? 0);
  },
);

test('where clients are is for readers', () => {
  const places = placesOf([{ region: 'weur', clients: 1, samples: [{ colo: 'CDG', clients: 3 }] }]);
  const seen: Seen = { at: 1, version: 1, regions: [], links: [], places };
  expect(forLevel(seen, 'public').places).toEqual([]);
  for (const level of ['reader', 'admin'] as const) expect(forLevel(seen, level).places).toHaveLength(1);
});
