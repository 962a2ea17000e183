import { expect, test } from 'vitest';
import { ownRegions } from '../regions/config.ts';
import { PLACEMENTS } from '../regions/hints.ts';
import checkedIn from '../regions/regions.json' with { type: 'json' };
import { validateConfig } from '../regions/validate.ts';
import { placedAt } from '../worker/region/placement.ts';
import { containerPlaces } from './container-places.ts';

const config = (() => {
  const result = validateConfig(checkedIn);
  if (!result.ok) throw new Error('regions.json is not valid');
  return result.config;
})();

/** As the image makes tags of them. */
const tagsOf = (variables: Readonly<Record<string, string>> = {}) => [
  `location:${variables.CLOUDFLARE_LOCATION}`,
  `cloudflare-region:${variables.CLOUDFLARE_REGION?.toLowerCase()}`,
  `country:${variables.CLOUDFLARE_COUNTRY_A2?.toLowerCase()}`,
];

test.each(ownRegions(config).map((region) => [region.id, region] as const))(
  'the container of %s is told that it runs where it should',
  (id, region) => {
    const placed = placedAt(tagsOf(containerPlaces(config)(`nats-${id}`)), region);
    expect(placed).toMatchObject({ asConfigured: true, location: expect.stringMatching(/^[A-Z]{3}01$/) });
    expect(placed.kmAway).toBeLessThan(1_500);
  },
);

test.each(PLACEMENTS)('there is a data center for each placement: %s', (placement) => {
  const regions = ownRegions(config).map((region) => ({ ...region, placement: [placement] }));
  const [first] = regions;
  const placed = placedAt(tagsOf(containerPlaces({ ...config, regions })('nats-weur')), {
    ...(first ?? { latitude: 0, longitude: 0 }),
    placement: [placement],
  });
  expect(placed.asConfigured).toBe(true);
  expect(placed.kmAway).not.toBeNull();
});

test('a server that is no region is told nothing', () => {
  expect(containerPlaces(config)('nats-elsewhere')).toBeUndefined();
});
