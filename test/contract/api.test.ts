// The HTTP API: shapes that others may rely on, and refusals.

import { describe, expect, test } from 'vitest';
import { pairsOf } from '../../worker/mesh/topology.ts';
import { PLACES, REGIONS } from '../support/data/places.ts';
import { rawUpgrade } from '../support/raw-upgrade.ts';
import { target } from '../support/target.ts';

async function get(path: string): Promise<{ status: number; headers: Headers; body: unknown }> {
  const response = await fetch(target.url + path);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

describe('/health', () => {
  test('says that regions serve, which, and by what version of the configuration', async () => {
    const { status, body } = await get('/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({ ok: true, version: expect.any(Number), regions: expect.any(Array) });
    expect((body as { regions: string[] }).regions.toSorted()).toEqual(REGIONS.toSorted());
  });
});

describe('/api/regions', () => {
  test('lists every region with its place, its state and what its server says', async () => {
    const { status, body } = await get('/api/regions');
    expect(status).toBe(200);
    const { regions } = body as { regions: readonly { id: string; state: string; peers: string[] }[] };
    expect(regions.map(({ id }) => id).toSorted()).toEqual(REGIONS.toSorted());
    for (const region of regions) {
      expect(region).toMatchObject({
        name: expect.any(String),
        hint: expect.any(String),
        latitude: expect.any(Number),
        longitude: expect.any(Number),
        enabled: true,
        keepAwake: expect.any(Boolean),
        jetstream: expect.any(Boolean),
        state: 'up',
        since: expect.any(Number),
        clients: expect.any(Number),
        serverVersion: expect.stringMatching(/^2\.\d+\.\d+/),
      });
      const others = REGIONS.filter((id) => id !== region.id).map((id) => `nats-${id}`);
      expect(region.peers.toSorted()).toEqual(others.toSorted());
    }
  });
});

describe('/api/mesh', () => {
  test('shows one link for every pair of regions, each of them up', async () => {
    const { status, body } = await get('/api/mesh');
    expect(status).toBe(200);
    const { links } = body as { links: readonly { a: string; b: string }[] };
    expect(links.map(({ a, b }) => ({ a, b }))).toEqual(pairsOf(REGIONS));
    for (const link of links) {
      expect(link).toMatchObject({
        state: 'up',
        since: expect.any(Number),
        bytes: expect.any(Number),
        remade: expect.any(Number),
      });
    }
  });
});

describe('/api/route', () => {
  test('decides for this very request, with the ranking, the reasons and the same record in its headers', async () => {
    const { status, headers, body } = await get('/api/route');
    expect(status).toBe(200);
    const { region, candidates } = body as { region: string; candidates: { region: string }[] };
    expect(body).toMatchObject({
      version: expect.any(Number),
      entry: { source: expect.any(String), value: expect.any(String) },
      rejected: expect.any(Array),
      notes: expect.any(Array),
    });
    expect(candidates[0]).toMatchObject({
      rank: 1,
      region,
      estimate: { finalMs: expect.any(Number) },
      effects: expect.any(Array),
    });
    expect(headers.get('x-nats-region')).toBe(region);
    expect(headers.get('x-nats-decision')).toContain(`rank=${candidates.map(({ region }) => region).join()}`);
  });

  test.each(PLACES)('sends what enters at $colo ($city) to $region', async ({ colo, region }) => {
    expect((await get(`/api/route?colo=${colo}`)).body).toMatchObject({
      region,
      entry: { source: 'colo', value: colo },
    });
  });

  test.each([
    ['lat=-33.9&lon=151.2', 'oc', 'coordinates'],
    ['country=PL', 'eeur', 'country'],
    ['continent=OC', 'oc', 'continent'],
    ['colo=ZZZ&country=JP', 'apac', 'country'],
    ['colo=', 'enam', 'default'],
    ['lat=north&lon=west', 'enam', 'default'],
  ])('decides for a made-up place, ?%s: %s, known by its %s', async (query, region, source) => {
    expect((await get(`/api/route?${query}`)).body).toMatchObject({ region, entry: { source } });
  });

  test('puts a region that is asked for first, and says who asked', async () => {
    const { body } = await get('/api/route?colo=SYD&region=weur');
    const { candidates } = body as { candidates: { region: string; effects: { reason: string }[] }[] };
    expect(candidates[0]?.region).toBe('weur');
    expect(candidates[0]?.effects.map(({ reason }) => reason).join()).toContain('asked for');
    expect(candidates[1]?.region).toBe('oc');
  });

  test('notes a region that is asked for and does not exist, and serves the client all the same', async () => {
    const { body } = await get('/api/route?colo=SYD&region=moon');
    expect(body).toMatchObject({ region: 'oc' });
    expect((body as { notes: string[] }).notes.join()).toContain('moon');
  });

  test('reaches no region: the decision is the same however often it is asked for', async () => {
    const [first, second] = [await get('/api/route?colo=CDG'), await get('/api/route?colo=CDG')];
    expect((second.body as { region: string }).region).toBe((first.body as { region: string }).region);
  });
});

describe('what is not there', () => {
  test.each([
    ['GET', '/nothing'],
    ['GET', '/api'],
    ['GET', '/api/regions/nowhere'],
    ['POST', '/health'],
  ])('%s %s is answered with 404 as JSON that names it', async (method, path) => {
    const response = await fetch(target.url + path, { method });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toMatchObject({
      error: { code: 'not_found', message: expect.stringContaining(path) },
    });
  });

  test('an upgrade anywhere else is 404 too', async () => {
    const { status, body } = await rawUpgrade(`${target.url}/nothing`);
    expect(status).toBe(404);
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'not_found' } });
  });

  test.each(['/', '/nats'])('%s without an upgrade is 426 and says what it is for', async (path) => {
    const response = await fetch(target.url + path);
    expect(response.status).toBe(426);
    expect(await response.json()).toMatchObject({
      error: { code: 'upgrade_required', message: expect.stringContaining('WebSocket') },
    });
  });
});
