import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DryRun, LiveConfig } from '../../api/config.ts';
import type { ErrorAnswer } from '../../api/error-answer.ts';
import { FORCE_REGION_HEADER } from '../../api/headers.ts';
import { PATHS, regionOperationPath } from '../../api/paths.ts';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { loadConfig } from '../../local/load-config.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { cfOf, cityOf, standingIn } from '../support/data/places.ts';
import { rawUpgrade } from '../support/raw-upgrade.ts';

let stack: Stack;

beforeAll(async () => {
  const { path } = await ensureNatsServer();
  stack = await startStack({ config: (await loadConfig()).config, natsServer: path });
});

afterAll(() => stack.close());

test('an edit decides about the next connection, and a rollback about the one after', async () => {
  const before = await current();
  const edited = await put(before, (config) => withRegion(config, 'oc', { enabled: false }), 'oc off');
  expect(edited.status).toBe(200);
  await using elsewhere: Client = await connectFrom(stack.url, cityOf('oc'));
  expect(elsewhere.region).not.toBe('oc');
  const back = await call('POST', PATHS.rollback, {
    version: before.version,
    base: before.version + 1,
  });
  expect(back.status).toBe(200);
  await using home: Client = await connectFrom(stack.url, cityOf('oc'));
  expect(home.region).toBe('oc');
});

test('of two edits at the same moment one wins, and the other is told what changed', async () => {
  const before = await current();
  const answers = await Promise.all(
    [10, 20].map((weight) =>
      put(before, (config) => withRegion(config, 'weur', { weight }), `weight ${weight}`),
    ),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  const lost = answers.find(({ status }) => status === 409);
  expect(await lost?.json()).toMatchObject({
    error: { code: 'conflict', changes: [{ path: 'regions.weur.weight', kind: 'steers' }] },
  });
});

test('what changes the platform is refused, with what it is', async () => {
  const answer = await put(
    await current(),
    (config) => withRegion(config, 'weur', { instanceType: 'lite' }),
    'smaller',
  );
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({
    error: { code: 'needs_deploy', changes: [{ path: 'regions.weur.instanceType' }] },
  });
});

test('a configuration that is not valid is refused with every problem, and nothing changes', async () => {
  const before = await current();
  const broken = withRegion(withRegion(before.config, 'oc', { dial: 101 }), 'weur', { weight: 0 });
  const answer = await call('PUT', PATHS.config, { base: before.version, config: broken, message: 'no' });
  expect(answer.status).toBe(422);
  const { problems = [] } = await errorOf(answer);
  expect(problems.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['regions[2].weight', 'regions[5].dial']),
  );
  expect((await current()).version).toBe(before.version);
});

test('the last region that takes new clients is not switched off, unless forced', async () => {
  const before = await current();
  const off = (config: MeridianConfig) => ({
    ...config,
    regions: config.regions.map((region) => ({ ...region, drain: true })),
  });
  const refused = await put(before, off, 'all off');
  expect([refused.status, (await errorOf(refused)).code]).toEqual([409, 'last_region']);
  const forced = await call('PUT', PATHS.config, {
    base: before.version,
    config: off(before.config),
    message: 'all off',
    force: true,
  });
  expect(forced.status).toBe(200);
  const back = await call('POST', PATHS.rollback, {
    version: before.version,
    base: before.version + 1,
  });
  expect(back.status).toBe(200);
});

test.each([
  ['dialled to 0', { dial: 0 }],
  ['closed by rules that allow nobody', { residency: { allow: ['DE', 'XX'], deny: ['EU', 'XX'] } }],
])('nor is it %s, and a dry run says so first', async (_how, fields) => {
  const before = await current();
  const off = (config: MeridianConfig) => ({
    ...config,
    regions: config.regions.map((region) => ({
      ...region,
      ...(region.id === 'oc' ? fields : { drain: true }),
    })),
  });
  const dryRun = await stack.api.dryRun(off(before.config));
  expect(dryRun.warnings).toContainEqual(expect.objectContaining({ code: 'last_region' }));
  expect(dryRun.forecast.refused).toEqual({ before: 0, after: 1 });
  const refused = await put(before, off, 'all off');
  expect([refused.status, (await errorOf(refused)).code]).toEqual([409, 'last_region']);
  expect((await current()).version).toBe(before.version);
});

test('a country that would lose every region is warned of, with its share of the clients', async () => {
  const { config } = await current();
  const regions = config.regions.map((region) => ({ ...region, residency: { deny: ['IN'] } }));
  const { warnings, forecast } = await stack.api.dryRun({ ...config, regions });
  const unserved = warnings.filter(({ code }) => code === 'unserved');
  expect(unserved).toMatchObject([{ message: expect.stringContaining('clients from IN') }]);
  expect(forecast.unserved).toMatchObject([{ country: 'IN', isNew: true }]);
});

test('the forecast names whom an edit would move', async () => {
  const { config } = await current();
  const answer = await call('POST', PATHS.dryRun, {
    config: withRegion(config, 'oc', { enabled: false }),
  });
  const { forecast } = (await answer.json()) as DryRun;
  expect(forecast.movedShare).toBeGreaterThan(0);
  expect(new Set(forecast.moves.map(({ from }) => from))).toEqual(new Set(['oc']));
});

test('a client that a new rule forbids is refused with the rule, never sent elsewhere', async () => {
  const before = await current();
  const nobodyFromJapan = (config: MeridianConfig) => ({
    ...config,
    regions: config.regions.map((region) => ({ ...region, residency: { deny: ['JP'] } })),
  });
  expect((await put(before, nobodyFromJapan, 'no clients from Japan')).status).toBe(200);
  expect(await stack.api.route({ colo: 'NRT', country: 'JP' })).toMatchObject({
    region: null,
    refusal: 'residency',
  });
  await expect(connectFrom(stack.url, cityOf('apac'), { reconnect: false })).rejects.toThrow();
  const back = await call('POST', PATHS.rollback, {
    version: before.version,
    base: before.version + 1,
  });
  expect(back.status).toBe(200);
});

test.each([
  ['T1', 'Tor'],
  ['XX', 'an unknown country'],
])('a rule that names %s holds for clients from %s, and for nobody else', async (country, inWords) => {
  const before = await current();
  const denied = (config: MeridianConfig) => ({
    ...config,
    regions: config.regions.map((region) => ({ ...region, residency: { deny: [country] } })),
  });
  expect((await put(before, denied, `no clients from ${inWords}`)).status).toBe(200);
  const paris = cfOf(cityOf('weur'));
  const refused = await rawUpgrade(stack.url, standingIn({ ...paris, country }));
  expect(refused.status).toBe(451);
  expect(refused.body).toContain(`may not serve clients from ${inWords} (rule: deny ${country})`);
  await using other: Client = await connectFrom(stack.url, cityOf('weur'));
  expect(other.region).toBe('weur');
  expect((await put(await current(), () => before.config, 'back')).status).toBe(200);
});

test('a code that matches nobody is refused with its path and the one that was meant', async () => {
  const before = await current();
  const answer = await put(
    before,
    (config) => withRegion(config, 'oc', { residency: { deny: ['UK'] } }),
    'no',
  );
  expect(answer.status).toBe(422);
  expect(await answer.json()).toMatchObject({
    error: {
      problems: [
        {
          code: 'unknown-country',
          path: 'regions[5].residency.deny[0]',
          message: expect.stringContaining('did you mean "GB"?'),
        },
      ],
    },
  });
  expect((await current()).version).toBe(before.version);
});

test('a region in reserve serves nobody while another can, and takes its clients back when it is none', async () => {
  const before = await current();
  expect((await put(before, (config) => withRegion(config, 'oc', { priority: 2 }), 'reserve')).status).toBe(
    200,
  );
  await using elsewhere: Client = await connectFrom(stack.url, cityOf('oc'));
  expect(elsewhere.region).not.toBe('oc');
  const onlyOc = (config: MeridianConfig) => ({
    ...config,
    regions: config.regions.map((region) => ({ ...region, dial: region.id === 'oc' ? 100 : 0, priority: 1 })),
  });
  const reserve = (config: MeridianConfig) => withRegion(onlyOc(config), 'oc', { priority: 9 });
  expect((await put(await current(), reserve, 'nobody else')).status).toBe(200);
  await using last: Client = await connectFrom(stack.url, cityOf('oc'));
  expect(last.region).toBe('oc');
  expect((await put(await current(), () => before.config, 'back')).status).toBe(200);
});

test('a live edit of limits says when they take effect, and the server has them after its next start', async () => {
  const before = await current();
  const limits = { maxConnections: 77, maxPayloadBytes: 4096, softConnections: 70 };
  const edited = await put(before, (config) => withRegion(config, 'oc', { limits }), 'small');
  expect(await edited.json()).toMatchObject({
    warnings: [
      { path: 'regions.oc.limits.maxConnections', code: 'next-start' },
      { path: 'regions.oc.limits.maxPayloadBytes', code: 'next-start' },
    ],
  });
  await using now: Client = await connectFrom(stack.url, cityOf('oc'));
  expect([now.region, now.nats.info?.max_payload]).toEqual(['oc', 1_048_576]);
  await stack.api.operate('oc', 'stop');
  await waitFor('oc to serve with its new limits', { timeoutMs: 30_000 }, async () => {
    await stack.api.operate('oc', 'wake');
    await using anew = await connectFrom(stack.url, cityOf('oc'), {
      headers: { [FORCE_REGION_HEADER]: 'oc' },
      reconnect: false,
    }).catch(() => undefined);
    return anew?.nats.info?.max_payload === 4096;
  });
  expect((await put(await current(), () => before.config, 'back')).status).toBe(200);
});

test('a drain that was planned before somebody else edited is refused, with what changed', async () => {
  const planned = await current();
  expect((await put(planned, (config) => withRegion(config, 'weur', { weight: 33 }), 'less')).status).toBe(
    200,
  );
  const refused = await call('POST', `${regionOperationPath('oc', 'drain')}?base=${planned.version}`);
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({
    error: {
      code: 'conflict',
      current: planned.version + 1,
      changes: [{ path: 'regions.weur.weight', to: 33 }],
    },
  });
  const oc = (await stack.regions()).find(({ id }) => id === 'oc');
  expect(oc?.state).toBe('up');
});

test('history and audit tell what happened, newest first', async () => {
  const history = await stack.api.history();
  const versions = history.versions.map(({ version }) => version);
  expect(versions).toEqual(versions.toSorted((a, b) => b - a));
  const audit = await stack.api.audit();
  expect(audit.entries.map(({ outcome }) => outcome)).toEqual(
    expect.arrayContaining(['ok', 'conflict', 'needs_deploy', 'invalid', 'last_region']),
  );
});

test('without the token nothing is shown and nothing is changed', async () => {
  const before = await current();
  for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
    expect((await fetch(stack.url + PATHS.config, { headers })).status).toBe(401);
    const drained = await fetch(stack.url + regionOperationPath('oc', 'drain'), { method: 'POST', headers });
    expect(drained.status).toBe(401);
  }
  expect((await fetch(`${stack.url}${PATHS.config}?token=${stack.adminToken}`)).status).toBe(401);
  expect((await current()).version).toBe(before.version);
});

function current(): Promise<LiveConfig> {
  return stack.api.config();
}

function put(
  { version, config }: LiveConfig,
  change: (config: MeridianConfig) => unknown,
  message: string,
): Promise<Response> {
  return call('PUT', PATHS.config, { base: version, config: change(config), message });
}

function call(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(stack.url + path, {
    method,
    headers: { authorization: `Bearer ${stack.adminToken}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function errorOf(response: Response): Promise<ErrorAnswer['error']> {
  return ((await response.json()) as ErrorAnswer).error;
}

function withRegion(config: MeridianConfig, id: string, change: object): MeridianConfig {
  return {
    ...config,
    regions: config.regions.map((region) => (region.id === id ? { ...region, ...change } : region)),
  };
}
