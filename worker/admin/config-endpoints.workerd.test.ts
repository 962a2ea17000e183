// The configuration's endpoints inside workerd, with a real ConfigStore and real KV. The store is the one named
// `config`, which all tests share: each starts from whatever version is current.

import { env as bindings } from 'cloudflare:workers';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { AuditEntry as AuditView } from '../../api/audit.ts';
import { checkChain } from '../../api/audit-chain.ts';
import { type MeridianConfig, ownRegions } from '../../regions/config.ts';
import { activeConfig } from '../config/active-config.ts';
import type { AuditEvent } from '../config/audit-table.ts';
import { configStore } from '../config/store-stub.ts';
import '../../test/support/workerd/config-bindings.ts';
import { brokenStore } from '../../test/support/workerd/broken-store.ts';
import { eventually } from '../../test/support/workerd/eventually.ts';
import { regionBindings } from '../../test/support/workerd/region-bindings.ts';
import type { EdgeContext } from '../edge-context.ts';
import type { Env } from '../env.ts';
import type { Traffic } from '../forecast/traffic.ts';
import { exportAudit } from './audit-export.ts';
import { putConfig, rollbackConfig } from './config-edits.ts';
import { currentConfig } from './config-read.ts';
import { dryRunConfig } from './dry-run.ts';
import { auditLog, configHistory } from './records.ts';

const told: string[] = [];
const env: Env = {
  CONFIG_STORE: bindings.CONFIG_STORE,
  CONFIG: bindings.CONFIG,
  ...regionBindings(() => ({
    configure: async ({ id }, version) => void told.push(`${id} ${version}`),
  })),
};
const ANN = { actor: 'ann', address: '192.0.2.1' };

interface Current {
  readonly version: number;
  readonly config: MeridianConfig;
}

test('without a store, version 0 is shown and nothing can be changed', async () => {
  const edge = edgeOf({});
  expect(await jsonOf(currentConfig(get('/api/config'), edge))).toMatchObject({
    status: 200,
    body: { version: 0, author: 'deploy', config: { defaultRegion: 'enam' } },
  });
  const refused = { status: 503, body: { error: { code: 'no_store' } } };
  const body = put({ base: 0, config: {}, message: '' });
  expect(await jsonOf(putConfig(body, edge, ANN))).toMatchObject(refused);
  expect(await jsonOf(rollbackConfig(body.clone(), edge, ANN))).toMatchObject(refused);
  expect(await jsonOf(configHistory(get('/'), edge))).toEqual({
    status: 200,
    body: { versions: [], next: null },
  });
  expect(await jsonOf(auditLog(get('/'), edge))).toEqual({ status: 200, body: { entries: [], next: null } });
});

test('a store that does not answer is 503 for whatever is asked, with words on what to do', async () => {
  const edge = edgeOf({ CONFIG_STORE: brokenStore('the object is overloaded') });
  const edited = put({ base: 0, config: {}, message: '' });
  const answers = [
    currentConfig(get('/'), edge),
    configHistory(get('/'), edge),
    auditLog(get('/'), edge),
    dryRunConfig(put({ config: activeConfig(env).config }), edge, () =>
      Promise.reject(new Error('not asked')),
    ),
    putConfig(edited, edge, ANN),
    rollbackConfig(put({ version: 1, base: 2 }), edge, ANN),
  ];
  for (const answer of answers) {
    expect(await jsonOf(answer)).toMatchObject({
      status: 503,
      body: { error: { code: 'store_unavailable', message: expect.stringContaining('overloaded') } },
    });
  }
});

describe('PUT /api/config', () => {
  test('stores, answers with what changed, steers here at once, tells the regions and KV', async () => {
    const { version, config } = await current();
    const next = weighing(config, 41);
    told.length = 0;
    const answer = await edit({ base: version, config: next, message: 'less' });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        version: version + 1,
        author: 'ann',
        message: 'less',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        changes: [{ path: 'regions.weur.weight', to: 41, kind: 'steers' }],
      },
    });
    expect(await current()).toMatchObject({ version: version + 1, message: 'less', config: next });
    expect(activeConfig(env)).toMatchObject({
      version: version + 1,
      config: next,
      plan: { version: version + 1 },
    });
    expect(told).toEqual(config.regions.map(({ id }) => `${id} ${version + 1}`));
    await eventually('the version in KV', async () => {
      const published = await bindings.CONFIG.get<Current>('current', 'json');
      return published?.version === version + 1;
    });
  });

  test('of two at once one is stored, and the other learns what changed and who did it', async () => {
    const { version, config } = await current();
    const answers = await Promise.all(
      [51, 52].map((weight) =>
        edit({ base: version, config: weighing(config, weight), message: `to ${weight}` }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const winner = (await current()) as Current & { message: string };
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      error: {
        code: 'conflict',
        current: version + 1,
        changes: [{ path: 'regions.weur.weight' }],
        versions: [{ version: version + 1, author: 'ann', message: winner.message }],
      },
    });
  });

  test('of limits says what the servers take only when they start, as the dry run does', async () => {
    const { version, config } = await current();
    const [first, ...others] = ownRegions(config);
    if (first === undefined) throw new Error('there is no region');
    const limits = { ...first.limits, maxConnections: 99, softConnections: 50 };
    const next = { ...config, regions: [{ ...first, limits }, ...others] };
    // Of earlier edits there may be a weight that has no effect.
    const warnings = expect.arrayContaining([
      { path: `regions.${first.id}.limits.maxConnections`, code: 'next-start', message: expect.any(String) },
    ]);
    const dryRun = await dryRunConfig(put({ config: next }), edgeOf(), async () => ({
      source: 'traffic',
      samples: [],
    }));
    expect(await dryRun.json()).toMatchObject({ needsDeploy: [], warnings });
    expect(await edit({ base: version, config: next, message: '' })).toMatchObject({
      status: 200,
      body: { warnings },
    });
    expect(await edit({ base: version + 1, config: weighing(config, 41), message: '' })).toMatchObject({
      status: 200,
    });
  });

  test('that is not valid names every problem, with its path', async () => {
    const { version, config } = await current();
    const [weur, ...others] = config.regions;
    const broken = { ...config, regions: [{ ...weur, weigth: 5, hint: 'mars' }, ...others] };
    const { status, body } = await edit({ base: version, config: broken, message: '' });
    expect(status).toBe(422);
    expect(body).toMatchObject({ error: { code: 'invalid' } });
    const { problems } = body.error as { problems: { path: string; code: string; message: string }[] };
    expect(problems.map(({ path, code }) => [path, code])).toEqual(
      expect.arrayContaining([
        ['regions[0].hint', 'unknown-option'],
        [expect.stringContaining('regions[0]'), 'unknown-key'],
      ]),
    );
    expect(problems.some(({ message }) => message.includes('did you mean "weight"'))).toBe(true);
    expect((await current()).version).toBe(version);
  });

  test('that needs a deploy names what does', async () => {
    const { version, config } = await current();
    const regions = config.regions.filter(({ id }) => id !== 'oc');
    expect(await edit({ base: version, config: { ...config, regions }, message: '' })).toMatchObject({
      status: 409,
      body: { error: { code: 'needs_deploy', changes: [{ path: 'regions.oc', kind: 'platform' }] } },
    });
  });

  test('that leaves no region for new clients is refused, unless it is forced', async () => {
    const { version, config } = await current();
    const drained = { ...config, regions: config.regions.map((each) => ({ ...each, drain: true })) };
    const asked = { base: version, config: drained, message: 'all' };
    expect(await edit(asked)).toMatchObject({ status: 409, body: { error: { code: 'last_region' } } });
    expect(await edit({ ...asked, force: true })).toMatchObject({ status: 200 });
    expect(await edit({ base: version + 1, config, message: 'back' })).toMatchObject({ status: 200 });
  });

  test.each([
    ['half a JSON', '{"base": 0, "config": {', 400, 'bad_json'],
    ['nothing', '', 400, 'bad_json'],
    ['a key twice', '{"base": 0, "config": {}, "message": "", "base": 1}', 400, 'bad_json'],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x7b, 0, 0x7d, 0]), 400, 'bad_json'],
    ['bytes that are no text', new Uint8Array([0x22, 0xff, 0x22]), 400, 'bad_json'],
    ['a list', '[]', 400, 'bad_request'],
    ['no base', '{"config":{},"message":""}', 400, 'bad_request'],
    ['a key that nobody knows', '{"base":0,"config":{},"message":"","forse":true}', 400, 'bad_request'],
    ['1 MB', JSON.stringify('x'.repeat(1_000_000)), 413, 'too_large'],
    ['one byte too much', `${' '.repeat(256 * 1024 - 1)}{}`, 413, 'too_large'],
    ['as much as is allowed', `${' '.repeat(256 * 1024 - 2)}{}`, 400, 'bad_request'],
  ])('with %s as its body is refused, and that is in the audit log', async (_name, body, status, code) => {
    const { version } = await current();
    expect(await edit(body)).toMatchObject({ status, body: { error: { code } } });
    expect((await current()).version).toBe(version);
    expect(await jsonOf(auditLog(get('/api/audit?limit=1'), edgeOf()))).toMatchObject({
      body: { entries: [{ actor: 'ann', action: 'put', outcome: code, address: ANN.address }] },
    });
  });

  test.each([
    ['{"config":{},"message":""}', 'base: is missing and has no default: add it.'],
    ['[]', 'the body: should be an object, but is a list.'],
    ['null', 'the body: should be an object, but is null.'],
    ['{"base":1.5,"config":{},"message":""}', 'base: should be a whole number, but is 1.5.'],
    [
      '{"base":0,"config":{},"message":"","forse":true}',
      'the body: there is no "forse" here; did you mean "force"? Remove or rename it.',
    ],
  ])('%s is refused with words that say what to do', async (text, words) => {
    const { answer } = await putText(text);
    expect(answer).toMatchObject({ body: { error: { message: expect.stringContaining(words) } } });
  });

  test.each([
    ['lists', `{"base":0,"message":"","config":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
    ['objects', `{"base":0,"message":"","config":${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}}`],
    ['lists that do not end', '['.repeat(200_000)],
  ])('with 30,000 nested %s is refused in words, and is in the audit log', async (_what, body) => {
    const { answer, entries } = await putText(body);
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: 'bad_request', message: expect.stringContaining('nested more than 64 deep') } },
    });
    expect(entries).toEqual([{ ...ANN, action: 'put', outcome: 'bad_request' }]);
  });

  test('with brackets in strings is not nested', async () => {
    const { answer } = await putText(JSON.stringify({ base: 0, message: '["{'.repeat(100), config: {} }));
    expect(answer).toMatchObject({ status: 422, body: { error: { code: 'invalid' } } });
  });

  test('with a body that is both chunked and sized is refused in words', async () => {
    const { answer, entries } = await putText('{}', {
      'transfer-encoding': 'chunked',
      'content-length': '2',
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: 'bad_request', message: expect.stringContaining('both chunked and sized') } },
    });
    expect(entries).toHaveLength(1);
  });

  test('with a body that breaks off is refused in words', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('the connection was lost')),
    });
    const { answer } = await putText(broken);
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: 'bad_request', message: expect.stringContaining('the connection was lost') } },
    });
  });

  test('of 256 KiB of nonsense gets an answer that is no larger', async () => {
    const config = {
      regions: Array.from({ length: 900 }, () => ({ 'a key': 1, [`${Math.random()}`.repeat(9)]: 2 })),
    };
    const answer = await edit({ base: 0, config, message: '' });
    expect(answer).toMatchObject({ status: 422, body: { error: { code: 'invalid' } } });
    const { error } = answer.body as {
      error: { message: string; problems: { code: string; message: string }[] };
    };
    expect(error.problems).toHaveLength(101);
    expect(error.problems.at(-1)).toMatchObject({
      code: 'more-problems',
      message: expect.stringMatching(/^and \d+ more/),
    });
    expect(JSON.stringify(answer.body).length).toBeLessThan(64 * 1024);
  });

  test('with a body that never ends is refused at the limit', async () => {
    let chunks = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        chunks += 1;
        controller.enqueue(new Uint8Array(16 * 1024).fill(0x20));
      },
    });
    expect(await edit(body)).toMatchObject({ status: 413 });
    expect(chunks).toBeLessThan(32);
  });
});

describe('POST /api/config/rollback', () => {
  const rollback = (body: object) =>
    jsonOf(rollbackConfig(put(body), edgeOf(), { actor: 'bob', address: '192.0.2.2' }));

  test('brings the content of a version back, as a new one', async () => {
    const { version, config } = await current();
    await edit({ base: version, config: weighing(config, 71), message: '' });
    await edit({ base: version + 1, config: weighing(config, 72), message: '' });
    expect(await rollback({ version: version + 1, base: version + 2 })).toMatchObject({
      status: 200,
      body: {
        version: version + 3,
        author: 'bob',
        message: `rollback to version ${version + 1}`,
        changes: [{ from: 72, to: 71 }],
      },
    });
    expect((await current()).config).toEqual(weighing(config, 71));
    expect(activeConfig(env)).toMatchObject({ version: version + 3 });
  });

  test('to a version that is not there is 404, and from an old base 409', async () => {
    const { version } = await current();
    const missing = { status: 404, body: { error: { code: 'no_such_version' } } };
    expect(await rollback({ version: 999, base: version })).toMatchObject(missing);
    expect(await rollback({ version: 1, base: version - 1 })).toMatchObject({ status: 409 });
  });
});

describe('POST /api/config/dry-run', () => {
  const traffic = async (): Promise<Traffic> => ({
    source: 'traffic',
    samples: [{ colo: 'LHR', country: 'GB', clients: 40 }],
  });
  const dryRun = (body: object, edge = edgeOf()) => jsonOf(dryRunConfig(put(body), edge, traffic));

  test('says what would change and who would move, and changes nothing', async () => {
    const { version, config } = await current();
    const regions = config.regions.map((each) => ({ ...each, drain: each.id === 'weur' }));
    const { status, body } = await dryRun({ config: { ...config, regions } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      base: version,
      changes: [{ path: 'regions.weur.drain', from: false, to: true }],
      needsDeploy: [],
      warnings: expect.not.arrayContaining([expect.objectContaining({ code: 'last_region' })]),
      forecast: { source: 'traffic', clients: 40, movedShare: 1, moves: [{ from: 'weur' }] },
    });
    expect((await current()).version).toBe(version);
  });

  test('shows what would need a deploy, and warns of what would be refused', async () => {
    const { config } = await current();
    const regions = config.regions.map((each) => ({ ...each, drain: true, instanceType: 'lite' }));
    expect(await dryRun({ config: { ...config, regions } }, edgeOf({}))).toMatchObject({
      status: 200,
      body: {
        base: 0,
        needsDeploy: expect.any(Array),
        warnings: expect.arrayContaining([expect.objectContaining({ code: 'last_region' })]),
      },
    });
    expect(await dryRun({ config: 3 })).toMatchObject({ status: 422 });
  });
});

test('history and audit log are paged', async () => {
  const { version, config } = await current();
  for (const weight of [1, 2, 3])
    await edit({ base: version + weight - 1, config: weighing(config, weight), message: '' });
  const history = (query: string) => jsonOf(configHistory(get(`/api/config/history?${query}`), edgeOf()));
  expect(await history('limit=2')).toMatchObject({
    body: {
      versions: [{ version: version + 3, changes: 1, author: 'ann' }, { version: version + 2 }],
      next: version + 2,
    },
  });
  expect(await history(`before=${version + 2}&limit=1`)).toMatchObject({
    body: { versions: [{ version: version + 1 }] },
  });
  expect(await history('before=2&limit=1')).toMatchObject({
    body: { versions: [{ version: 1 }], next: null },
  });
  const audit = (query: string) => jsonOf(auditLog(get(`/api/audit?${query}`), edgeOf()));
  const first = await audit('limit=2');
  expect(first).toMatchObject({ body: { entries: [{ to: version + 3 }, { to: version + 2 }] } });
  expect(await audit(`limit=1&before=${first.body.next}`)).toMatchObject({
    body: { entries: [{ to: version + 1 }] },
  });
  for (const query of ['limit=0', 'limit=x', 'before=-1', 'before=1e3']) {
    expect(await history(query)).toMatchObject({ status: 400, body: { error: { code: 'bad_request' } } });
  }
});

test('the audit log can be asked for changes alone, and exported whole, a line for each entry', async () => {
  const asked = async (query: string) => (await jsonOf(auditLog(get(`/api/audit?${query}`), edgeOf()))).body;
  const entries = (await asked('kind=change&limit=200')).entries as AuditView[];
  expect(new Set(entries.map(({ outcome }) => outcome))).toEqual(new Set(['ok']));
  expect(await asked('kind=both')).toMatchObject({ error: { code: 'bad_request' } });

  const exported = await exportAudit(get('/api/audit/export'), edgeOf());
  expect(exported.headers.get('content-type')).toBe('application/x-ndjson');
  const lines = (await exported.text()).split('\n');
  expect(lines.pop()).toBe('');
  const log = lines.map((line) => JSON.parse(line) as AuditView);
  expect(log.filter(({ kind }) => kind === 'change').toReversed()).toEqual(entries);
  expect(log.map(({ id }) => id)).toEqual(log.map(({ id }) => id).toSorted((a, b) => a - b));
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  expect(checkChain(log, sha256)).toMatchObject({ entries: log.length, breaks: [] });
});

test('without a store the exported log is empty, and a store that does not answer is told', async () => {
  const empty = await exportAudit(get('/api/audit/export'), edgeOf({}));
  expect([empty.status, await empty.text()]).toEqual([200, '']);
  const broken = edgeOf({ CONFIG_STORE: brokenStore('the object is overloaded') });
  expect(await jsonOf(exportAudit(get('/'), broken))).toMatchObject({
    status: 503,
    body: { error: { code: 'store_unavailable' } },
  });
});

const pending: Promise<unknown>[] = [];

function edgeOf(own: Env = env): EdgeContext {
  const background = (_name: string, work: Promise<unknown>) => void pending.push(work);
  const audit = (...events: readonly AuditEvent[]) =>
    background('audit', Promise.resolve(configStore(own)?.audit(events)));
  return { ...activeConfig(own), env: own, background, audit };
}

function get(path: string): Request {
  return new Request(`https://meridian.example${path}`);
}

function put(body: object | string): Request {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream;
  return new Request('https://meridian.example/api/config', {
    method: 'PUT',
    body: isRaw ? (body as BodyInit) : JSON.stringify(body),
  });
}

async function edit(body: object | string) {
  const answer = await jsonOf(putConfig(put(body), edgeOf(), ANN));
  await Promise.all(pending.splice(0));
  return answer;
}

/** An edit as it comes over the wire, and what of it is in the audit log without the store. */
async function putText(body: BodyInit, headers: Readonly<Record<string, string>> = {}) {
  const entries: AuditEvent[] = [];
  const edge = { ...edgeOf(), audit: (...events: readonly AuditEvent[]) => void entries.push(...events) };
  const request = new Request('https://meridian.example/api/config', { method: 'PUT', body, headers });
  return { answer: await jsonOf(putConfig(request, edge, ANN)), entries };
}

async function jsonOf(answer: Promise<Response>) {
  const response = await answer;
  return { status: response.status, body: await response.json<Record<string, unknown>>() };
}

async function current(): Promise<Current> {
  return (await currentConfig(get('/api/config'), edgeOf())).json<Current>();
}

function weighing(config: MeridianConfig, weight: number): MeridianConfig {
  return {
    ...config,
    regions: config.regions.map((each) => (each.id === 'weur' ? { ...each, weight } : each)),
  };
}
