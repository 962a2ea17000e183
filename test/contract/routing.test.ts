// Which region a client really gets: by the server that greets it and by the headers of the 101.

import { describe, expect, test } from 'vitest';
import { DECISION_HEADER, FORCE_REGION_HEADER, REGION_HEADER } from '../../api/headers.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { cityOf, PLACES, REGIONS, standingIn } from '../support/data/places.ts';
import { rawUpgrade } from '../support/raw-upgrade.ts';
import { describeLocally, target } from '../support/target.ts';

describeLocally('sees only where this machine is', 'a client that stands somewhere', () => {
  test.each(PLACES)('in $city is served by $region, and told so in the 101', async (place) => {
    await using client: Client = await connectFrom(target.url, place);
    expect(client.region).toBe(place.region);
    expect(client.upgradeHeaders[REGION_HEADER]).toBe(place.region);
    expect(client.upgradeHeaders[DECISION_HEADER]).toMatch(
      new RegExp(`^v=\\d+;entry=colo:${place.colo};rank=${place.region},`),
    );
  });

  test.each([
    [
      'an unknown colo is placed by its coordinates',
      { colo: 'ZZZ', latitude: '-33.9', longitude: '151.2' },
      'oc',
    ],
    ['coordinates alone are enough', { latitude: '35.7', longitude: '139.7' }, 'apac'],
    ['a country alone is enough', { country: 'PL' }, 'eeur'],
    ['a continent alone is enough', { continent: 'OC' }, 'oc'],
    [
      'coordinates off the globe are passed over',
      { latitude: '91', longitude: '151', country: 'JP' },
      'apac',
    ],
    [
      'fields of the wrong type are passed over',
      { colo: 7, latitude: {}, longitude: [], country: 'AU' },
      'oc',
    ],
    ['Tor and unknown countries are no places', { colo: '', country: 'T1', continent: 'T1' }, 'enam'],
    ['nothing at all means the default region', {}, 'enam'],
  ])('with an odd request.cf: %s', async (_name, cf, region) => {
    const { socket, status, headers } = await rawUpgrade(target.url, standingIn(cf));
    socket?.destroy();
    expect({ status, region: headers[REGION_HEADER] }).toEqual({ status: 101, region });
  });

  test('at /nats is served as at /', async () => {
    await using client = await connectFrom(`${target.url}/nats`, cityOf('oc'));
    expect(client.region).toBe('oc');
  });
});

describe('a client from wherever this machine is', () => {
  test('is told its region in the 101 and greeted by that server', async () => {
    await using client = await connectFrom(target.url, undefined);
    expect(REGIONS).toContain(client.upgradeHeaders[REGION_HEADER]);
    expect(client.region).toBe(client.upgradeHeaders[REGION_HEADER]);
    expect(client.upgradeHeaders[DECISION_HEADER]).toMatch(/^v=\d+;entry=\w+:[^;]+;rank=\w/);
  });

  test.each(REGIONS)('is served by %s when it insists on it', async (region) => {
    const headers = { [FORCE_REGION_HEADER]: region };
    await using client = await connectFrom(target.url, undefined, { headers });
    expect(client.region).toBe(region);
  });

  test.each(REGIONS)('is served by %s when it asks for it', async (region) => {
    await using client = await connectFrom(`${target.url}/?region=${region}`, undefined);
    expect(client.region).toBe(region);
  });

  test('that insists on a region which does not exist is refused, with the reason', async () => {
    const { status, body } = await rawUpgrade(target.url, { [FORCE_REGION_HEADER]: 'moon' });
    expect(status).toBe(503);
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'forced_region_unavailable' } });
  });
});
