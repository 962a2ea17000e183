import { expect, test } from 'vitest';
import { placedAt } from './placement.ts';

const WEUR = { placement: ['WEUR'] as const, latitude: 48.6, longitude: 1.9 };

test('a container says where it runs, and that is held against where it should', () => {
  const tags = ['region:weur', 'location:ams07', 'cloudflare-region:weur', 'country:nl'];
  expect(placedAt(tags, WEUR)).toEqual({
    location: 'AMS07',
    region: 'WEUR',
    country: 'NL',
    asConfigured: true,
    kmAway: 458,
  });
  const elsewhere = placedAt(['location:iad02', 'cloudflare-region:enam', 'country:us'], WEUR);
  expect(elsewhere).toMatchObject({ asConfigured: false, country: 'US' });
  expect(elsewhere.kmAway).toBeGreaterThan(5_000);
});

test('any of the places that are allowed is as configured', () => {
  const oc = { placement: ['OC', 'APAC'] as const, latitude: -33.9, longitude: 151.2 };
  expect(placedAt(['cloudflare-region:apac'], oc).asConfigured).toBe(true);
});

test.each([
  ['no tags', undefined],
  ['unknown ones', ['location:unknown', 'cloudflare-region:unknown', 'country:unknown']],
])('of %s nothing is concluded', (_what, tags) => {
  const nothing = { location: null, region: null, country: null, asConfigured: null, kmAway: null };
  expect(placedAt(tags, WEUR)).toEqual(nothing);
});

test('names that are none of Cloudflare are shown, and nothing is concluded from them', () => {
  expect(placedAt(['location:loc01', 'cloudflare-region:regn', 'country:xx'], WEUR)).toEqual({
    location: 'LOC01',
    region: 'REGN',
    country: 'XX',
    asConfigured: null,
    kmAway: null,
  });
  expect(placedAt(['location:a place', 'cloudflare-region:'], WEUR)).toMatchObject({
    location: 'A PLACE',
    region: '',
    kmAway: null,
  });
});
