// Which region a client really gets: by the server that greets it and by the headers of the 101.

import { parse } from 'valibot';
import { describe, expect, test } from 'vitest';
import { DECISION_HEADER, FORCE_REGION_HEADER, REGION_HEADER } from '../../api/headers.ts';
import { PATHS } from '../../api/paths.ts';
import { RouteSchema } from '../../api/route.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { standingIn } from '../support/data/places.ts';
import { rawUpgrade } from '../support/raw-upgrade.ts';
import {
  describeLocally,
  OWN_REGIONS,
  placeIn,
  REGIONS,
  regionAt,
  regionOf,
  someRegion,
  TARGET_PLACES,
  target,
} from '../support/target.ts';

describeLocally('sees only where this machine is', 'a client that stands somewhere', () => {
  test.each(TARGET_PLACES)('in $city is served by $region, and told so in the 101', async (place) => {
    await using client: Client = await connectFrom(target.url, place);
    expect(regionOf(client)).toBe(place.region);
    expect(client.upgradeHeaders[REGION_HEADER]).toBe(place.region);
    expect(client.upgradeHeaders[DECISION_HEADER]).toMatch(
      new RegExp(`^v=\\d+;entry=colo:${place.colo};rank=${place.region}\\b`),
    );
  });

  test.each([
    [
      'an unknown colo is placed by its coordinates',
      { colo: 'ZZZ', latitude: '-33.9', longitude: '151.2' },
      regionAt(-33.9, 151.2),
    ],
    ['coordinates alone are enough', { latitude: '35.7', longitude: '139.7' }, regionAt(35.7, 139.7)],
    ['a country alone is enough', { country: 'PL' }, regionAt(52, 19)],
    ['a continent alone is enough', { continent: 'OC' }, regionAt(-28, 146)],
    [
      'coordinates off the globe are passed over',
      { latitude: '91', longitude: '151', country: 'JP' },
      regionAt(36, 138),
    ],
    [
      'fields of the wrong type are passed over',
      { colo: 7, latitude: {}, longitude: [], country: 'AU' },
      regionAt(-28, 146),
    ],
    ['Tor and unknown countries are no places', { colo: '', country: 'T1', continent: 'T1' }, 'default'],
    ['nothing at all means the default region', {}, 'default'],
  ] as const)('with an odd request.cf: %s', async (_name, cf, expected) => {
    const { socket, status, headers } = await rawUpgrade(target.url, standingIn(cf));
    socket?.destroy();
    expect(status).toBe(101);
    // Of two that are about as near it is for the model to say.
    const region = expected === 'default' ? await defaultRegion() : (expected ?? expect.any(String));
    expect(headers[REGION_HEADER]).toEqual(region);
  });

  test('at /nats is served as at /', async () => {
    const region = someRegion(0);
    await using client = await connectFrom(`${target.url}/nats`, placeIn(region));
    expect(regionOf(client)).toBe(region);
  });
});

/** As the target itself says. */
async function defaultRegion(): Promise<string> {
  const { entry } = parse(RouteSchema, await (await fetch(`${target.url}${PATHS.route}?colo=`)).json());
  expect(entry.source).toBe('default');
  return entry.value;
}

describe('a client from wherever this machine is', () => {
  test('is told its region in the 101 and greeted by that server', async () => {
    await using client = await connectFrom(target.url, undefined);
    const region = client.upgradeHeaders[REGION_HEADER] ?? '';
    expect(target.regions.map(({ id }) => id)).toContain(region);
    // The servers of an external region are somebody else's, with names of theirs.
    if (OWN_REGIONS.includes(region)) expect(regionOf(client)).toBe(region);
    expect(client.upgradeHeaders[DECISION_HEADER]).toMatch(/^v=\d+;entry=\w+:[^;]+;rank=\w/);
  });

  test.each(REGIONS)('is served by %s when it insists on it', async (region) => {
    const headers = { [FORCE_REGION_HEADER]: region };
    await using client = await connectFrom(target.url, undefined, { headers });
    expect(regionOf(client)).toBe(region);
  });

  test.each(REGIONS)('is served by %s when it asks for it', async (region) => {
    await using client = await connectFrom(`${target.url}/?region=${region}`, undefined);
    expect(regionOf(client)).toBe(region);
  });

  test('that insists on a region which does not exist is refused, with the reason', async () => {
    const { status, body } = await rawUpgrade(target.url, { [FORCE_REGION_HEADER]: 'moon' });
    expect(status).toBe(503);
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'forced_region_unavailable' } });
  });
});
