// The HTTP API: the answers that clients may rely on, and refusals.

import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import type { About } from '../../api/about.ts';
import type { Endpoint } from '../../api/endpoint.ts';
import { ENDPOINTS } from '../../api/endpoints.ts';
import { ErrorAnswerSchema } from '../../api/error-answer.ts';
import { ERROR_STATUS, type ErrorCode } from '../../api/errors.ts';
import { DECISION_HEADER, REGION_HEADER } from '../../api/headers.ts';
import type { Health } from '../../api/health.ts';
import type { Mesh } from '../../api/mesh.ts';
import { backupPath, PATHS, PUBLIC_PATHS } from '../../api/paths.ts';
import type { RegionViews } from '../../api/regions.ts';
import type { Route } from '../../api/route.ts';
import { SCHEMAS } from '../../api/schemas.ts';
import type { Whoami } from '../../api/whoami.ts';
import { pairsOf } from '../../worker/mesh/topology.ts';
import { OPENAPI } from '../../worker/status/openapi-document.ts';
import { rawUpgrade } from '../support/raw-upgrade.ts';
import {
  describeLocally,
  isLocal,
  OWN_REGIONS,
  REGIONS,
  regionAt,
  someRegion,
  TARGET_PLACES,
  target,
} from '../support/target.ts';

/** To a deployment that shows its regions to readers alone. */
const asReader: Readonly<Record<string, string>> =
  target.readToken === undefined ? {} : { authorization: `Bearer ${target.readToken}` };

async function get(
  path: string,
  headers: Readonly<Record<string, string>> = asReader,
): Promise<{ status: number; headers: Headers; body: unknown }> {
  const response = await fetch(target.url + path, { headers });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** The path with something in place of each placeholder: what it names need not be there. */
function filled(path: string): string {
  return path.replaceAll(/\{\w+\}/g, 'some-id');
}

/** Read-only endpoints that answer without a query, whatever there is. */
const READABLE = ENDPOINTS.flatMap(({ method, path, caller, answer }) =>
  method === 'GET' && answer.kind === 'json' && filled(path) === path
    ? [{ path, caller, schema: SCHEMAS[answer.schema] }]
    : [],
);

describe('the contract', () => {
  test.each(READABLE.filter(({ caller }) => caller === 'anyone'))(
    '$path answers with what its schema says, and nothing else',
    async ({ path, schema }) => {
      const { body } = await get(path);
      expect(v.safeParse(schema, body).issues).toBeUndefined();
    },
  );

  test.each(READABLE.filter(({ caller }) => caller !== 'anyone'))(
    '$path answers with an error of the contract to those without credentials',
    async ({ path }) => {
      await expectError(await fetch(target.url + path));
    },
  );

  test.each(ENDPOINTS.filter(({ method, caller }) => method !== 'GET' || caller === 'admin'))(
    '$method $path changes nothing for those without credentials, and says so as the contract does',
    async ({ method, path }: Endpoint) => {
      await expectError(await fetch(target.url + filled(path), { method }));
    },
  );

  test(`is at ${PATHS.openapi}, for programs`, async () => {
    const response = await fetch(target.url + PATHS.openapi);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toEqual(JSON.parse(OPENAPI));
  });
});

describeLocally('needs an admin token', 'the contract, for admins', () => {
  const admin = () => ({ authorization: `Bearer ${target.adminToken}` });
  const send = (method: string, path: string, body: unknown) =>
    fetch(target.url + path, { method, headers: admin(), body: JSON.stringify(body) });

  test.each(READABLE.filter(({ caller }) => caller !== 'anyone'))(
    '$path answers with what its schema says, and nothing else',
    async ({ path, schema }) => {
      const { status, body } = await get(path, admin());
      expect(status).toBe(200);
      expect(v.safeParse(schema, body).issues).toBeUndefined();
    },
  );

  test('so do a dry run, and an edit that is refused', async () => {
    const { body: live } = await get(PATHS.config, admin());
    const { config, version } = v.parse(SCHEMAS.LiveConfig, live);
    const dryRun = await send('POST', PATHS.dryRun, {
      config: { ...config, defaultRegion: REGIONS.at(-1) },
    });
    expect(v.safeParse(SCHEMAS.DryRun, await dryRun.json()).issues).toBeUndefined();
    const edit = { base: version + 1, config, message: 'from a version that is not there yet' };
    const refused = await expectError(await send('PUT', PATHS.config, edit));
    expect(refused).toMatchObject({ code: 'conflict', current: version });
  });

  test.each([
    ['bad_json', 'PUT', PATHS.config, '{'],
    ['bad_request', 'PUT', PATHS.config, '{}'],
    ['invalid', 'POST', PATHS.dryRun, '{"config":{}}'],
    ['no_such_version', 'GET', `${PATHS.config}?version=4000`, undefined],
    ['bad_request', 'GET', `${PATHS.history}?limit=none`, undefined],
    ['token_in_url', 'GET', `${PATHS.audit}?token=x`, undefined],
    ['no_such_region', 'POST', `${PATHS.regions}/moon/wake`, undefined],
    ['no_such_flag', 'GET', `${PATHS.flags}?flag=nothing`, undefined],
    ['bad_request', 'GET', `${PATHS.flags}?country=au`, undefined],
    ['bad_request', 'POST', `${PATHS.regions}/%E0%A4%A/drain`, undefined],
    ['no_such_backup', 'GET', backupPath('%24G', 'NONE'), undefined],
    ['no_such_backup', 'GET', backupPath('%24G', 'NONE', 'archive'), undefined],
    ['no_such_backup', 'POST', backupPath('%24G', 'NONE', 'restore'), '{}'],
    ['no_such_backup', 'POST', backupPath('%24G', 'NONE', 'verify'), undefined],
    ['bad_request', 'POST', backupPath('%24G', 'NONE', 'restore/dry-run'), '{"seq":-1}'],
    ['bad_archive', 'PUT', backupPath('%24G', 'NONE', 'archive'), 'this is none'],
    ['nothing_lost', 'POST', PATHS.acceptLoss, undefined],
    ['bad_request', 'POST', PATHS.dryRun, `{"config":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
  ] as const)('%s is an error of the contract: %s %s', async (code, method, path, body) => {
    const response = await fetch(target.url + path, {
      method,
      headers: admin(),
      ...(body !== undefined && { body }),
    });
    expect(await expectError(response)).toMatchObject({ code });
  });
});

/** The error of an answer that is one, with the status of its code. */
async function expectError(response: Response): Promise<v.InferOutput<typeof ErrorAnswerSchema>['error']> {
  const body: unknown = await response.json();
  expect(v.safeParse(ErrorAnswerSchema, body).issues).toBeUndefined();
  const { error } = v.parse(ErrorAnswerSchema, body);
  expect(response.status).toBe(ERROR_STATUS[error.code]);
  return error;
}

/** Those that run at all times. */
const ALWAYS_AWAKE: ReadonlySet<string> = new Set(
  target.regions.filter(({ id, keepAwake }) => keepAwake && REGIONS.includes(id)).map(({ id }) => id),
);

/** The region that was decided for. Of a deployment: the expected one, if the decision says what else counts than distance. */
function unlessMoved({ region, candidates, rejected }: Route, expected: string): string | null {
  if (isLocal || region === expected) return region;
  const said = [...candidates, ...rejected].filter((each) => [region, expected].includes(each.region));
  return said.some(({ effects }) => effects.length > 0) ? expected : region;
}

describe('/health', () => {
  test('says that regions serve, which, and by what version of the configuration', async () => {
    const { status, body } = await get('/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({ ok: true, version: expect.any(Number), regions: expect.any(Array) });
    const { regions, others } = body as Health;
    const serving = target.regions.filter(({ serves }) => serves).map(({ id }) => id);
    expect(regions.toSorted()).toEqual(serving.toSorted());
    const all = [...regions, ...others.map(({ region }) => region)];
    expect(all.toSorted()).toEqual(target.regions.map(({ id }) => id).toSorted());
  });
});

describe('/api/regions', () => {
  test('lists every region with its place, its state and what its server says', async () => {
    const { status, body } = await get('/api/regions');
    expect(status).toBe(200);
    const { regions } = body as RegionViews;
    expect(regions.map(({ id }) => id)).toEqual(target.regions.map(({ id }) => id));
    for (const region of regions)
      expect(region).toMatchObject({
        name: expect.any(String),
        latitude: expect.any(Number),
        longitude: expect.any(Number),
        since: expect.any(Number),
      });
    const own = regions.filter(({ id }) => OWN_REGIONS.includes(id));
    for (const region of own)
      expect(region).toMatchObject({
        hint: expect.any(String),
        keepAwake: expect.any(Boolean),
        jetstream: expect.any(Boolean),
      });
    const awake = own.filter(({ id, state }) => REGIONS.includes(id) && state !== 'asleep');
    expect(awake.map(({ id }) => id)).toEqual(expect.arrayContaining([...ALWAYS_AWAKE]));
    for (const region of awake) {
      expect(region).toMatchObject({
        enabled: true,
        state: 'up',
        clients: expect.any(Number),
        inMsgs: expect.any(Number),
        outMsgs: expect.any(Number),
        serverVersion: expect.stringMatching(/^2\.\d+\.\d+/),
        serverId: expect.stringMatching(/^N[A-Z2-7]{55}$/),
      });
      const others = awake.filter(({ id }) => id !== region.id).map(({ id }) => `nats-${id}`);
      // A region may have several servers, and sessions that have joined.
      if (isLocal) expect(region.peers?.toSorted()).toEqual(others.toSorted());
      else expect(region.peers).toEqual(expect.arrayContaining(others));
    }
  });
});

describe('/api/mesh', () => {
  test('shows one link for every pair of regions, each of them up where both are awake', async () => {
    const { status, body } = await get('/api/mesh');
    expect(status).toBe(200);
    const { links } = body as Mesh;
    const pairs = ({ a, b }: { readonly a: string; readonly b: string }) => [a, b].toSorted().join();
    expect(links.map(pairs).toSorted()).toEqual(pairsOf(OWN_REGIONS).map(pairs).toSorted());
    // Which side dials depends on members too, which a deployment may have.
    if (isLocal) expect(links.map(({ a, b }) => ({ a, b }))).toEqual(pairsOf(OWN_REGIONS));
    const ofAwake = ({ a, b }: { readonly a: string; readonly b: string }) =>
      ALWAYS_AWAKE.has(a) && ALWAYS_AWAKE.has(b);
    for (const link of links.filter(ofAwake)) {
      expect(link).toMatchObject({
        state: 'up',
        since: expect.any(Number),
        bytes: expect.any(Number),
        remade: expect.any(Number),
        transport: expect.stringMatching(/^(connect|rpc)$/),
      });
    }
  });
});

describe('/api/route', () => {
  test('decides for this very request, with the ranking, the reasons and the same record in its headers', async () => {
    const { status, headers, body } = await get('/api/route');
    expect(status).toBe(200);
    const { region, candidates } = body as Route;
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
    expect(headers.get(REGION_HEADER)).toBe(region);
    expect(headers.get(DECISION_HEADER)).toContain(`rank=${candidates.map(({ region }) => region).join()}`);
  });

  test.each(TARGET_PLACES)('sends what enters at $colo ($city) to $region', async ({ colo, region }) => {
    const { body } = await get(`/api/route?colo=${colo}`);
    expect(body).toMatchObject({ entry: { source: 'colo', value: colo } });
    expect(unlessMoved(body as Route, region)).toBe(region);
  });

  test.each([
    ['lat=-33.9&lon=151.2', regionAt(-33.9, 151.2), 'coordinates'],
    ['country=PL', regionAt(52, 19), 'country'],
    ['continent=OC', regionAt(-28, 146), 'continent'],
    ['colo=ZZZ&country=JP', regionAt(36, 138), 'country'],
    ['colo=', undefined, 'default'],
    ['lat=north&lon=west', undefined, 'default'],
  ] as const)('decides for a made-up place, ?%s: %s, known by its %s', async (query, nearest, source) => {
    const { body } = await get(`/api/route?${query}`);
    const { region, entry } = body as Route;
    expect(entry.source).toBe(source);
    if (source === 'default') expect(unlessMoved(body as Route, entry.value)).toBe(entry.value);
    else if (nearest !== undefined) expect(unlessMoved(body as Route, nearest)).toBe(nearest);
    else expect(target.regions.map(({ id }) => id)).toContain(region);
  });

  test('puts a region that is asked for first, and says who asked', async () => {
    const usual = ((await get('/api/route?colo=SYD')).body as Route).candidates.map(({ region }) => region);
    const asked = usual.at(-1) ?? '';
    const { candidates } = (await get(`/api/route?colo=SYD&region=${asked}`)).body as Route;
    expect(candidates[0]?.region).toBe(asked);
    expect(candidates[0]?.effects.map(({ reason }) => reason).join()).toContain('asked for');
    expect(candidates[1]?.region).toBe(usual.find((id) => id !== asked));
  });

  test('notes a region that is asked for and does not exist, and serves the client all the same', async () => {
    const { region: usual } = (await get('/api/route?colo=SYD')).body as Route;
    const { body } = await get('/api/route?colo=SYD&region=moon');
    expect(body).toMatchObject({ region: usual });
    expect((body as Route).notes.join()).toContain('moon');
  });

  test('reaches no region: the decision is the same however often it is asked for', async () => {
    const [first, second] = [await get('/api/route?colo=CDG'), await get('/api/route?colo=CDG')];
    expect((second.body as Route).region).toBe((first.body as Route).region);
  });
});

describe('/api/whoami', () => {
  test('tells what the headers of a connection would', async () => {
    const { status, headers, body } = await get(PATHS.whoami);
    expect(status).toBe(200);
    const { region, decision, address } = body as Whoami;
    expect(headers.get(REGION_HEADER)).toBe(region);
    expect(headers.get(DECISION_HEADER)).toBe(decision);
    expect(address).not.toBeNull();
    expect(target.regions.map(({ id }) => id)).toContain(region);
  });
});

describe('/.well-known/meridian.json', () => {
  test('leads to NATS and to the API', async () => {
    const { status, body } = await get(PATHS.about);
    expect(status).toBe(200);
    const { nats, api, regions } = body as About;
    expect(new URL(nats).host).toBe(new URL(target.url).host);
    expect((await fetch(api)).status).toBe(200);
    // The copy of a data center is up to a minute old.
    if (regions === null) expect(target.readToken).toBeDefined();
    else
      expect(target.regions.map(({ id }) => id)).toEqual(expect.arrayContaining(regions.map(({ id }) => id)));
  });
});

describe('the methods of HTTP', () => {
  test.each(READABLE.filter(({ caller }) => caller === 'anyone'))(
    'HEAD of $path answers as GET does, without the body',
    async ({ path }) => {
      const [{ status, headers }, head] = await Promise.all([
        get(path),
        fetch(target.url + path, { method: 'HEAD', headers: asReader }),
      ]);
      expect(head.status).toBe(status);
      expect(head.headers.get('content-type')).toBe(headers.get('content-type'));
      expect(await head.text()).toBe('');
    },
  );

  test.each([
    ['DELETE', '/health', 'GET, HEAD, OPTIONS'],
    ['POST', '/', 'GET, HEAD'],
    ['DELETE', '/api/config', 'GET, HEAD, PUT'],
    ['GET', `/api/regions/${someRegion(0)}/drain`, 'POST'],
  ])('%s %s is refused, with those that the path takes', async (method, path, allow) => {
    const response = await fetch(target.url + path, { method });
    expect(response.headers.get('allow')).toBe(allow);
    expect(await expectError(response)).toMatchObject({ code: 'method_not_allowed' });
  });
});

describe('a page of another site', () => {
  // A local stack takes nothing of a page that is elsewhere.
  const origin = { origin: 'https://page.localhost' };

  test.each([...PUBLIC_PATHS])('may read %s', async (path) => {
    const response = await fetch(target.url + path, { headers: origin });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-expose-headers')).toContain(REGION_HEADER);
    await response.body?.cancel();
    const asked = await fetch(target.url + path, {
      method: 'OPTIONS',
      headers: { ...origin, 'access-control-request-method': 'GET' },
    });
    expect(asked.status).toBe(204);
  });

  test.each(ENDPOINTS.filter(({ caller }) => caller !== 'anyone'))(
    'may not use $method $path',
    async ({ method, path }) => {
      const response = await fetch(target.url + filled(path), { method, headers: origin });
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      await response.body?.cancel();
    },
  );
});

describe('an upgrade', () => {
  test.each([
    [{ 'sec-websocket-version': '8' }, 'upgrade_required'],
    [{ 'sec-websocket-key': 'abc' }, 'bad_request'],
    [{ connection: 'keep-alive' }, 'bad_request'],
    // workerd takes `websocket` alone.
    [{ upgrade: 'websocket, h2c' }, 'upgrade_required'],
  ])('with %j is refused in words', async (headers, code) => {
    const { status, body } = await rawUpgrade(target.url, headers);
    const { error } = v.parse(ErrorAnswerSchema, JSON.parse(body));
    expect(error.code).toBe(code);
    expect(status).toBe(ERROR_STATUS[code as ErrorCode]);
  });

  test.each([{ upgrade: 'WebSocket' }, { connection: 'keep-alive, Upgrade' }])(
    'with %j is taken',
    async (headers) => {
      const { status, socket } = await rawUpgrade(target.url, headers);
      socket?.destroy();
      expect(status).toBe(101);
    },
  );
});

describe('what is not there', () => {
  test.each([
    ['GET', '/nothing'],
    ['GET', '/api'],
    ['GET', '/api/regions/nowhere'],
    ['POST', '/api/regions/nowhere'],
    ['GET', '/%zz'],
  ])('%s %s is answered with 404 as JSON that names it', async (method, path) => {
    const response = await fetch(target.url + path, { method });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await expectError(response)).toMatchObject({
      code: 'not_found',
      message: expect.stringContaining(path),
    });
  });

  test('an upgrade anywhere else is 404 too', async () => {
    const { status, body } = await rawUpgrade(`${target.url}/nothing`);
    expect(status).toBe(404);
    expect(v.parse(ErrorAnswerSchema, JSON.parse(body)).error).toMatchObject({ code: 'not_found' });
  });

  test.each(['/', '/nats'])('%s without an upgrade is 426 and says what it is for', async (path) => {
    const response = await fetch(target.url + path);
    expect(response.status).toBe(426);
    expect(await expectError(response)).toMatchObject({
      code: 'upgrade_required',
      message: expect.stringContaining('WebSocket'),
    });
  });
});
