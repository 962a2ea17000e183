import { expect, test } from 'vitest';
import { NOTHING_OBSERVED } from '../../routing/observation.ts';
import { getOptimalRegion } from '../../routing/optimal-region.ts';
import { compileRouting } from '../../routing/plan.ts';
import { configOf, defaultConfig } from './data/checked-in.ts';
import { cfOf, PLACES, type Region } from './data/places.ts';
import { expectedRegion } from './expected-region.ts';

const ALL = defaultConfig().regions;
const only = (...ids: readonly Region[]) => ALL.filter(({ id }) => ids.some((each) => each === id));

test('of the regions that are checked in, each city has the one that is known for it', () => {
  for (const place of PLACES) expect(expectedRegion(place, ALL, ALL)).toBe(place.region);
});

test('a city keeps its region when others are gone, and gets the next one only where that is clear', () => {
  const at = (city: string, regions: typeof ALL) => {
    const place = PLACES.find((each) => each.city === city);
    return place && expectedRegion(place, regions, ALL);
  };
  expect(at('Istanbul', only('eeur', 'oc'))).toBe('eeur');
  expect(at('Auckland', only('weur', 'oc'))).toBe('oc');
  expect(at('Warsaw', only('weur', 'oc'))).toBe('weur');
  expect(at('Tokyo', only('weur', 'oc'))).toBeUndefined();
  expect(at('Paris', [])).toBeUndefined();
});

test('a region that is elsewhere than the one that is checked in is another one', () => {
  const moved = ALL.map((region) =>
    region.id === 'oc' ? { ...region, latitude: 48.9, longitude: 2.4 } : region,
  );
  const paris = PLACES.find(({ city }) => city === 'Paris');
  expect(paris && expectedRegion(paris, moved, ALL)).toBe('oc');
});

test.each([
  [['weur', 'oc']],
  [['wnam', 'apac']],
  [['enam', 'weur', 'eeur']],
  [['apac', 'oc', 'wnam', 'enam']],
] as const)('what is expected of %j is what is decided', (ids) => {
  const config = configOf(ids);
  const state = { plan: compileRouting(config, 0), observations: NOTHING_OBSERVED, now: 0 };
  let expected = 0;
  for (const place of PLACES) {
    const region = expectedRegion(place, config.regions, ALL);
    if (region === undefined) continue;
    expected += 1;
    expect({
      place: place.city,
      region: getOptimalRegion({ cf: cfOf(place) }, state).candidates[0]?.region,
    }).toEqual({
      place: place.city,
      region,
    });
  }
  expect(expected).toBeGreaterThan(10);
});
