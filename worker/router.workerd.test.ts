// The Worker's answers inside workerd, as far as they need no container. Regions are fake bindings:
// what matters here is what the Worker makes of their answers.

import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { ENDPOINTS } from '../api/endpoints.ts';
import type { ErrorAnswer } from '../api/error-answer.ts';
import { DECISION_HEADER, REGION_HEADER, RETRY_AFTER_HEADER } from '../api/headers.ts';
import type { Mesh } from '../api/mesh.ts';
import { PUBLIC_PATHS } from '../api/paths.ts';
import type { RegionViews } from '../api/regions.ts';
import type { Route } from '../api/route.ts';
import { UNREACHABLE } from '../api/states.ts';
import { type Whoami, WhoamiSchema } from '../api/whoami.ts';
import { instanceNameOf } from '../regions/names.ts';
import type { Env } from './env.ts';
import worker from './index.ts';

const REGIONS = ['wnam', 'enam', 'weur', 'eeur', 'apac', 'oc'];
const SYDNEY = { colo: 'SYD', country: 'AU' };
/** Each client comes through a data center of its own: what one has seen of the regions is no other's concern. */
const COLOS = 'MEL BNE AKL ADL CBR CHC PER HBA NOU SUV WLG DRW OOL CNS TSV ZQN DUD NTL LST MKY'.split(' ');
const UPGRADE = {
  upgrade: 'websocket',
  connection: 'Upgrade',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

describe('a path that does not exist', () => {
  test.each([
    ['GET', '/nowhere'],
    ['GET', '/api'],
    ['GET', '/api/route/x'],
    ['POST', '/api/regions/oc/fly'],
    ['OPTIONS', '/nowhere'],
    ['GET', '/%zz'],
    ['GET', '//health'],
  ])('%s %s is 404, as JSON', async (method, path) => {
    const response = await fetchPath(path, { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: { code: 'not_found', message: `nothing at ${method} ${path}` },
    });
  });
});

describe('another method than those of the path', () => {
  test.each([
    ['PUT', '/', 'GET, HEAD'],
    ['OPTIONS', '/nats', 'GET, HEAD'],
    ['DELETE', '/health', 'GET, HEAD, OPTIONS'],
    ['POST', '/api/route', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/api/regions/', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/api/config', 'GET, HEAD, PUT'],
    ['OPTIONS', '/api/config', 'GET, HEAD, PUT'],
    ['GET', '/api/config/rollback', 'POST'],
    ['GET', '/api/regions/oc/drain', 'POST'],
    ['HEAD', '/api/regions/oc/drain', 'POST'],
  ])('%s %s is 405, with those that there are', async (method, path, allow) => {
    const response = await fetchPath(path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allow);
    if (method !== 'HEAD')
      expect(await response.json()).toMatchObject({ error: { code: 'method_not_allowed' } });
  });
});

describe('HEAD', () => {
  const paths = ENDPOINTS.filter(({ method }) => method === 'GET').map(({ path }) => path);

  test.each(paths)('of %s answers as GET does, without the body', async (path) => {
    const [get, head] = [await fetchPath(path), await fetchPath(path, { method: 'HEAD' })];
    expect(head.status).toBe(get.status);
    expect([...head.headers]).toEqual([...get.headers]);
    expect(await head.text()).toBe('');
    expect(await get.text()).not.toBe('');
  });

  test('connects nobody', async () => {
    const { response, dialled } = await connectClient({ oc: accept }, { method: 'HEAD' });
    expect(response.status).toBe(426);
    expect(dialled).toEqual([]);
  });
});

describe('a page of another site', () => {
  const origin = { origin: 'https://page.example' };
  const isOpen = (headers: Headers) => headers.get('access-control-allow-origin') === '*';

  test.each([...PUBLIC_PATHS, '/health/'])('may read %s, and its headers', async (path) => {
    const { headers } = await fetchPath(path, { headers: origin });
    expect(isOpen(headers)).toBe(true);
    expect(headers.get('access-control-expose-headers')).toBe('x-nats-region, x-nats-decision, retry-after');
  });

  test.each(PUBLIC_PATHS)('may ask %s with the headers of a client', async (path) => {
    const ask = { ...origin, 'access-control-request-method': 'GET' };
    const { status, headers } = await fetchPath(path, { method: 'OPTIONS', headers: ask });
    expect(status).toBe(204);
    expect(isOpen(headers)).toBe(true);
    expect(headers.get('access-control-allow-methods')).toBe('GET, HEAD, OPTIONS');
    expect(headers.get('access-control-allow-headers')).toContain('x-nats-prefer-region');
  });

  test('may read why it was refused', async () => {
    const { status, headers } = await fetchPath('/health', { method: 'POST', headers: origin });
    expect(status).toBe(405);
    expect(isOpen(headers)).toBe(true);
  });

  test.each(ENDPOINTS.filter(({ caller }) => caller !== 'anyone'))(
    'may not use $method $path',
    async ({ method, path }) => {
      for (const asked of [method, 'OPTIONS']) {
        const { headers } = await fetchPath(path, { method: asked, headers: origin });
        expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    },
  );
});

describe.each(['/', '/nats'])('on %s', (path) => {
  test('a request without upgrade is told to connect over WebSocket', async () => {
    const response = await fetchPath(path);
    expect(response.status).toBe(426);
    expect(response.headers.get('upgrade')).toBe('websocket');
    expect(await response.json()).toMatchObject({ error: { code: 'upgrade_required' } });
  });

  test('an upgrade to something else is none', async () => {
    expect((await fetchPath(path, { headers: { upgrade: 'h2c' } })).status).toBe(426);
  });

  test('an upgrade to WebSocket is one, in whatever case', async () => {
    const { response } = await connectClient({}, { path, headers: { ...UPGRADE, upgrade: 'WebSocket' } });
    expect(response.status).toBe(503);
  });

  test.each([
    ['sec-websocket-version', '8', 426],
    ['sec-websocket-key', 'abc', 400],
    ['connection', 'close', 400],
    ['upgrade', 'websocket, h2c', 426],
  ])('an upgrade with %s: %s reaches no region', async (name, value, status) => {
    const headers = { ...UPGRADE, [name]: value };
    const { response, dialled } = await connectClient({ oc: accept }, { path, headers });
    expect(response.status).toBe(status);
    expect(dialled).toEqual([]);
  });
});

describe('/api/route', () => {
  test('decides for the request itself', async () => {
    const response = await fetchPath('/api/route', { cf: SYDNEY });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      region: 'oc',
      version: 0,
      entry: { source: 'colo', value: 'SYD' },
      failover: null,
      rejected: [],
      notes: [],
    });
  });

  test('says of a region that is down that another one serves for it, as a failover with its reason', async () => {
    const everywhere = Object.fromEntries(REGIONS.map((id) => [id, accept]));
    const { colo } = await connectClient(everywhere, { states: { oc: 'down' } });
    const response = await fetchPath(`/api/route?colo=${colo}`);
    expect(response.headers.get(DECISION_HEADER)).toMatch(/;flags=failover;from=oc:state$/);
    expect(await response.json()).toMatchObject({
      region: expect.not.stringMatching('^oc$'),
      failover: {
        from: 'oc',
        code: 'state',
        state: 'down',
        reason: expect.stringMatching(/^failover from oc to /),
      },
    });
    const text = await (await fetchPath(`/api/route?colo=${colo}&format=text`)).text();
    expect(text).toContain('failover from oc to ');
  });

  test('notes what it does not hear of the wishes', async () => {
    const response = await fetchPath(`/api/route?region=${'oc,'.repeat(17)}`, {
      cf: SYDNEY,
      headers: { 'x-nats-last-region': 'mars' },
    });
    expect(await response.json()).toMatchObject({
      notes: [expect.stringContaining('at most 16 regions'), expect.stringContaining('to go back to')],
    });
  });

  test('says in its headers what a client would see', async () => {
    const { headers } = await fetchPath('/api/route', { cf: SYDNEY });
    expect(headers.get('x-nats-region')).toBe('oc');
    expect(headers.get('x-nats-decision')).toMatch(/^v=0;entry=colo:SYD;rank=oc,/);
  });

  test.each([
    ['colo=LHR', 'weur', 'colo'],
    ['lat=35.68&lon=139.69', 'apac', 'coordinates'],
    ['country=PL', 'eeur', 'country'],
    ['continent=OC', 'oc', 'continent'],
    ['colo=QQQ', 'enam', 'default'],
    ['lat=900&lon=0', 'enam', 'default'],
  ])('with ?%s decides for that place: %s', async (query, region, source) => {
    const response = await fetchPath(`/api/route?${query}`, { cf: SYDNEY });
    expect(await response.json()).toMatchObject({ region, entry: { source } });
  });

  test('with ?region= ranks that region first, and the others behind it', async () => {
    const response = await fetchPath('/api/route?region=apac', { cf: SYDNEY });
    const { region, candidates } = await response.json<Route>();
    expect(region).toBe('apac');
    expect(candidates.map((candidate) => candidate.region).toSorted()).toEqual(REGIONS.toSorted());
    expect(candidates[1]?.region).toBe('oc');
  });

  test('with a region that does not exist says so and ranks as without', async () => {
    const response = await fetchPath('/api/route?region=mars', { cf: SYDNEY });
    expect(await response.json()).toMatchObject({
      region: 'oc',
      notes: ['there is no region "mars", ignored'],
    });
  });

  test('with 10 kB of nonsense still decides', async () => {
    const nonsense = 'x'.repeat(10_240);
    const response = await fetchPath(`/api/route?colo=${nonsense}&region=${nonsense}`);
    expect(response.status).toBe(200);
    expect((await response.text()).length).toBeLessThan(20_000);
  });
});

describe('a client', () => {
  test('is handed to the best region, which the answer names', async () => {
    const { response, dialled } = await connectClient({ oc: accept });
    expect(response.status).toBe(101);
    expect(response.headers.get(REGION_HEADER)).toBe('oc');
    expect(response.headers.get(DECISION_HEADER)).toMatch(/^v=0;entry=colo:[A-Z]{3};rank=oc,/);
    expect(dialled).toEqual(['oc']);
    const webSocket = response.webSocket;
    webSocket?.accept();
    const message = new Promise((resolve) =>
      webSocket?.addEventListener('message', ({ data }) => resolve(data)),
    );
    webSocket?.send('PING');
    expect(await message).toBe('echo of PING');
    webSocket?.close(1000);
  });

  test('is handed to the next region when the best one throws', async () => {
    const { response, dialled } = await connectClient({ oc: fail, apac: accept });
    expect(response.status).toBe(101);
    expect(response.headers.get(REGION_HEADER)).toBe(dialled[1]);
    expect(response.headers.get(DECISION_HEADER)).toMatch(/;flags=failover;failed=oc.*;from=oc:not-taken$/);
    response.webSocket?.accept();
    response.webSocket?.close(1000);
  });

  test('is given the answer of a region that finds its request wrong', async () => {
    const { response, dialled } = await connectClient({
      oc: async () => new Response('bad', { status: 400 }),
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toBe('bad');
    expect(dialled).toEqual(['oc']);
  });

  test('reaches its region with its own address, and not with one it made up', async () => {
    const seen: Headers[] = [];
    const note: Region = (request) => {
      seen.push(request.headers);
      return accept(request);
    };
    const address = { ...UPGRADE, 'cf-connecting-ip': '192.0.2.1', 'x-forwarded-for': '203.0.113.9' };
    await connectClient({ oc: note }, { headers: address });
    await connectClient({ oc: note }, { headers: { ...UPGRADE, 'x-forwarded-for': '203.0.113.9' } });
    expect(seen.map((headers) => headers.get('x-forwarded-for'))).toEqual(['192.0.2.1', null]);
    expect(seen[0]?.get('upgrade')).toBe('websocket');
  });

  test('that no region takes is told which were tried, why, and when to come back', async () => {
    const { response, dialled } = await connectClient(Object.fromEntries(REGIONS.map((id) => [id, fail])));
    expect(response.status).toBe(503);
    expect(response.headers.get(RETRY_AFTER_HEADER)).toMatch(/^[123]$/);
    expect(response.headers.get(DECISION_HEADER)).toMatch(/^v=0;/);
    const { error } = await response.json<ErrorAnswer>();
    expect(error.code).toBe('no_region');
    const regions = [...new Set(dialled)];
    expect(regions.toSorted()).toEqual(REGIONS.toSorted());
    expect(error.tried).toEqual(
      regions.map((region) => ({ region, reason: 'the object was reset', ms: expect.any(Number) })),
    );
    for (const region of regions) expect(error.message).toContain(`${region} (the object was reset)`);
  });

  test('of a deployment without bindings is told which are missing', async () => {
    const response = await fetchPath('/', { headers: UPGRADE, cf: SYDNEY });
    expect(response.status).toBe(503);
    expect(response.headers.get(RETRY_AFTER_HEADER)).toMatch(/^[123]$/);
    expect(await response.json()).toMatchObject({
      error: {
        code: 'no_region',
        message: expect.stringContaining('REGION_OC: run "npm run regions -- sync"'),
      },
    });
  });
});

describe('without any region', () => {
  test('/health is 503', async () => {
    const response = await fetchPath('/health');
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await response.json()).toEqual({
      ok: false,
      version: 0,
      regions: [],
      others: REGIONS.map((region) => ({ region, reason: expect.stringMatching(/^it is unreachable: /) })),
      jetstream: { ok: false, problem: expect.stringContaining('no Keeper') },
    });
  });

  test('/api/regions shows every region as unreachable, with the reason', async () => {
    const response = await fetchPath('/api/regions');
    expect(response.status).toBe(200);
    const { regions } = await response.json<RegionViews>();
    expect(regions.map(({ id }) => id)).toEqual(REGIONS);
    for (const { state, problem, ...rest } of regions) {
      expect(state).toBe(UNREACHABLE);
      expect(problem).toContain('has no binding');
      expect(rest).not.toHaveProperty('peers');
      expect(rest).not.toHaveProperty('objectAgeMs');
    }
  });

  test('/api/mesh shows every link as down', async () => {
    const { links } = await (await fetchPath('/api/mesh')).json<Mesh>();
    expect(links).toHaveLength((REGIONS.length * (REGIONS.length - 1)) / 2);
    for (const link of links) {
      expect(link).toMatchObject({ state: 'down', since: null, rttMs: null, bytes: null, remade: null });
    }
  });
});

describe('/api/whoami', () => {
  test('tells a page what the headers of its connection would', async () => {
    const headers = { 'cf-connecting-ip': '2001:DB8:1:2::7' };
    const colo = COLOS.shift() ?? '';
    const response = await fetchPath('/api/whoami', { cf: { colo, country: 'AU' }, headers });
    const body = await response.json<Whoami>();
    expect(v.safeParse(WhoamiSchema, body).issues).toBeUndefined();
    expect(body).toMatchObject({
      region: 'oc',
      version: 0,
      entry: { source: 'colo', value: colo },
      country: 'AU',
      address: '2001:db8:1:2::/64',
    });
    expect(body.decision).toBe(response.headers.get('x-nats-decision'));
    expect(body.region).toBe(response.headers.get('x-nats-region'));
  });

  test('hears what a client would ask for', async () => {
    const response = await fetchPath('/api/whoami?region=apac', { cf: SYDNEY });
    expect(await response.json()).toMatchObject({ region: 'apac' });
  });

  test('of one who comes from nowhere says so', async () => {
    const response = await fetchPath('/api/whoami');
    expect(await response.json()).toMatchObject({ country: 'XX', address: null });
  });
});

describe('the regions', () => {
  test('are asked once a second, whoever asks how they are', async () => {
    const { env, calls } = regionsOf({});
    const paths = ['/health', '/api/regions', '/api/mesh'];
    const asked = Array.from({ length: 30 }, (_, index) => paths[index % paths.length] ?? '');
    const answers = await Promise.all(asked.map((path) => fetchWorker(requestFor(path), env)));
    expect(answers.map(({ status }) => status)).toEqual(asked.map(() => 200));
    expect(calls).toEqual({ status: REGIONS.length, links: REGIONS.length });
  });

  test('that are full or down are named by /health, each with its reason', async () => {
    const { env } = regionsOf({ states: { oc: 'down', weur: 'asleep' }, clients: { enam: 1e6 } });
    const response = await fetchWorker(requestFor('/health'), env);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      ok: true,
      regions: REGIONS.filter((id) => id !== 'oc' && id !== 'enam'),
      others: [
        { region: 'enam', reason: expect.stringMatching(/^full: /) },
        { region: 'oc', reason: 'it is down' },
      ],
    });
  });

  test.each(['down', 'draining', 'stopping'])('that are all %s serve nobody', async (state) => {
    const { env } = regionsOf({ states: Object.fromEntries(REGIONS.map((id) => [id, state])) });
    const response = await fetchWorker(requestFor('/health'), env);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ ok: false, regions: [] });
  });
});

type Region = (request: Request) => Promise<Response>;

interface ClientRequest {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** The states that regions report, where they are not `up`. */
  readonly states?: Readonly<Record<string, string>>;
}

/** Takes the client and echoes what it says. */
const accept: Region = async () => {
  const [client, server] = Object.values(new WebSocketPair());
  server?.accept();
  server?.addEventListener('message', ({ data }) => server.send(`echo of ${data}`));
  return new Response(null, { status: 101, webSocket: client ?? null });
};

const fail: Region = async () => {
  throw new Error('the object was reset');
};

/** A request to a Worker that has no binding of any region. */
function fetchPath(path: string, init: RequestInit<CfProperties> = {}): Promise<Response> {
  return fetchWorker(requestFor(path, init), {});
}

async function fetchWorker(request: Request<unknown, CfProperties>, env: Env): Promise<Response> {
  const ctx = createExecutionContext();
  const response = await worker.fetch(request as Parameters<typeof worker.fetch>[0], env, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}

function requestFor(path: string, init: RequestInit<CfProperties> = {}): Request<unknown, CfProperties> {
  return new Request(`https://meridian.example${path}`, init);
}

/** Regions that say of themselves what a test wants, and how often each was asked. */
function regionsOf({
  states = {},
  clients = {},
}: {
  readonly states?: Readonly<Record<string, string>>;
  readonly clients?: Readonly<Record<string, number>>;
}) {
  const calls = { status: 0, links: 0 };
  const namespaceOf = (id: string) => ({
    getByName: () => ({
      status: async () => {
        calls.status += 1;
        return {
          region: id,
          state: states[id] ?? 'up',
          since: 0,
          clients: clients[id] ?? 0,
          objectAgeMs: 0,
          peers: [],
        };
      },
      links: async () => {
        calls.links += 1;
        return [];
      },
    }),
  });
  const bindings = REGIONS.map((id) => [`REGION_${id.toUpperCase()}`, namespaceOf(id)]);
  return { env: Object.fromEntries(bindings) as Env, calls };
}

/** A client from Oceania at a Worker with these regions; all others throw. */
async function connectClient(
  regions: Readonly<Record<string, Region>>,
  { path = '/', method = 'GET', headers = UPGRADE, states = {} }: ClientRequest = {},
): Promise<{ readonly response: Response; readonly dialled: readonly string[]; readonly colo: string }> {
  const dialled: string[] = [];
  const namespaceOf = (id: string) => ({
    getByName: () => ({
      fetch: (url: string, init: RequestInit) => {
        dialled.push(id);
        return (regions[id] ?? fail)(new Request(url, init));
      },
      status: async () => ({
        region: id,
        state: states[id] ?? 'up',
        since: 0,
        clients: 0,
        objectAgeMs: 0,
        peers: REGIONS.map(instanceNameOf),
      }),
    }),
  });
  const bindings = REGIONS.map((id) => [`REGION_${id.toUpperCase()}`, namespaceOf(id)]);
  const colo = COLOS.shift() ?? 'SYD';
  const request = new Request(`https://meridian.example${path}`, { method, headers, cf: { colo } });
  return { response: await fetchWorker(request, Object.fromEntries(bindings)), dialled, colo };
}
