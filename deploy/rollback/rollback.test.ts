// `npm run rollback` as people run it, against what stands for Cloudflare's API and for the edge.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { LiveConfig } from '../../api/config.ts';
import type { FakeAccount } from '../../test/support/fake-account.ts';
import { startFakeCloudflare } from '../../test/support/fake-cloudflare.ts';
import {
  type Answers,
  CONFIG,
  INFO,
  livingEdge,
  PUBLISHED,
  refusal,
  startFakeEdge,
} from '../../test/support/fake-edge.ts';
import type { DeployRecord } from '../deploy-record.ts';

/** Where it is written down where a rollback goes. */
const GOAL = '/r2/buckets/meridian-backups/objects/deploys/rollback.json';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

const record = (of: Partial<DeployRecord> = {}): DeployRecord => ({
  ...{ version: 'v1', at: '2026-11-01T10:00:00.000Z', commit: 'c0ffee0123456789', migration: 'rollouts-1' },
  ...{ images: { 'nats-weur': 'r/meridian:old', 'nats-oc': 'r/meridian:old' }, config: null },
  ...of,
});

/** Two deploys, of which the canary between them is not recorded. */
const account = (of: Partial<DeployRecord> = {}): Partial<FakeAccount> => ({
  migration: 'rollouts-1',
  versions: ['v3', 'v2', 'v1'],
  images: { 'nats-weur': 'r/meridian:new', 'nats-oc': 'r/meridian:old' },
  objects: { 'deploys/v1.json': JSON.stringify(record(of)) },
});

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function rollback(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Result> {
  return new Promise((resolve) => {
    const options = { cwd: PROJECT, env: { ...env, NO_COLOR: '1' } };
    const child = execFile(
      process.execPath,
      ['deploy/rollback/main.ts', ...args],
      options,
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
    child.stdin?.end();
  });
}

test('a dry run shows what would change, and changes nothing', async () => {
  await using cloudflare = await startFakeCloudflare(account());
  const { code, out } = await rollback(['--dry-run'], cloudflare.env);
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('Worker: v3 -> v1') });
  expect(out).toContain('nats-weur: meridian:new -> meridian:old');
  expect(out).not.toContain('nats-oc');
  expect(out).toContain('That deploy did not record the configuration');
  expect(cloudflare.changes).toEqual([]);
});

test('Worker and images go back, and a second time there is nothing to do', async () => {
  await using cloudflare = await startFakeCloudflare(account());
  const first = await rollback(['v1', '--yes', '--json'], cloudflare.env);
  expect(JSON.parse(first.out)).toMatchObject({ changed: true, to: { version: 'v1' } });
  expect(cloudflare.account).toMatchObject({
    versions: ['v1', 'v3', 'v2', 'v1'],
    images: { 'nats-weur': 'r/meridian:old', 'nats-oc': 'r/meridian:old' },
  });
  expect(cloudflare.changes).toContain('POST /containers/applications/id-nats-weur/rollouts');
  const again = await rollback(['v1', '--yes'], cloudflare.env);
  expect(again).toMatchObject({ code: 0, out: expect.stringContaining('Everything is as it was deployed') });
});

test('after a rollback the deploy before is an earlier one, not what was gone back from', async () => {
  const objects = Object.fromEntries(
    ['v1', 'v2', 'v3'].map((version, n) => [
      `deploys/${version}.json`,
      JSON.stringify(record({ version, at: `2026-11-0${n + 1}T10:00:00.000Z` })),
    ]),
  );
  await using cloudflare = await startFakeCloudflare({
    ...account(),
    objects,
    versions: ['v2', 'v3', 'v2', 'v1'],
  });
  const { out } = await rollback(['--dry-run', '--json'], cloudflare.env);
  expect(JSON.parse(out)).toMatchObject({ worker: { from: 'v2', to: 'v1' } });
  await using first = await startFakeCloudflare({ ...account(), objects, versions: ['v1', 'v2', 'v1'] });
  expect(await rollback(['--dry-run'], first.env)).toMatchObject({
    ...{ code: 1, err: expect.stringContaining('no earlier deploy was recorded') },
  });
});

const OLD: LiveConfig = {
  ...INFO,
  version: 5,
  config: { ...CONFIG, routing: { ...CONFIG.routing, bandMs: 1 } },
};
const edgeThatKnows = (asked: string[]): Answers => ({
  ...livingEdge(),
  'GET /api/config?version=5': { body: OLD },
  'GET /api/config/history?before=8&limit=20': {
    body: { versions: [7, 6, 5].map((version) => ({ ...INFO, version, changes: 1 })), next: 4 },
  },
  'POST /api/config/rollback': ({ body }) => {
    asked.push(JSON.stringify(body));
    return { body: PUBLISHED };
  },
});

test('the configuration goes first', async () => {
  const asked: string[] = [];
  await using cloudflare = await startFakeCloudflare({ ...account({ config: 5 }), failing: 'POST /workers' });
  await using edge = await startFakeEdge(edgeThatKnows(asked));
  const env = { ...cloudflare.env, MERIDIAN_URL: edge.url, MERIDIAN_TOKEN: 'secret' };
  const { code, err } = await rollback(['--yes', '-m', 'why'], env);
  expect(asked).toEqual([JSON.stringify({ version: 5, base: 7, message: 'why' })]);
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('it answered 500 (as told)') });
  expect(err).toContain('Already back: the configuration. `npm run rollback -- v1` goes on from there.');
  expect(cloudflare.changes).toEqual([`PUT ${GOAL}`]);
});

test('it lists the live edits that it undoes', async () => {
  await using cloudflare = await startFakeCloudflare(account({ config: 5 }));
  await using edge = await startFakeEdge(edgeThatKnows([]));
  const env = { ...cloudflare.env, MERIDIAN_URL: edge.url, MERIDIAN_TOKEN: 'secret' };
  const { code, out } = await rollback(['--dry-run'], env);
  expect(code).toBe(0);
  for (const version of [7, 6]) expect(out).toContain(`undoes version ${version} by alice`);
  expect(out).not.toContain('undoes version 5');
});

test('a rollout that is not over is named, with what ends it, and one that is over is not', async () => {
  await using cloudflare = await startFakeCloudflare(account({ config: 7 }));
  const rollouts = ['running', 'paused', 'done'].map((state, n) => ({
    id: 3 - n,
    name: `of-${state}`,
    state,
  }));
  await using edge = await startFakeEdge({
    ...edgeThatKnows([]),
    'GET /api/rollouts': { body: { rollouts } },
  });
  const env = { ...cloudflare.env, MERIDIAN_URL: edge.url, MERIDIAN_TOKEN: 'secret' };
  const { code, out } = await rollback(['--dry-run', '--json'], env);
  expect({ code, notes: JSON.parse(out).notes }).toEqual({
    code: 0,
    notes: [
      expect.stringMatching(/^Rollout 3, of-running, is running.*rollout abort 3/),
      expect.stringMatching(/^Rollout 2, of-paused, is paused.*rollout abort 2/),
    ],
  });
});

test('a version of the configuration that is no longer kept stays out of it', async () => {
  await using cloudflare = await startFakeCloudflare(account({ config: 5 }));
  await using edge = await startFakeEdge({
    ...edgeThatKnows([]),
    'GET /api/config?version=5': refusal(404, 'no_such_version'),
  });
  const env = { ...cloudflare.env, MERIDIAN_URL: edge.url, MERIDIAN_TOKEN: 'secret' };
  const { code, out } = await rollback(['--dry-run'], env);
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('version 5 is no longer kept') });
  expect(out).toContain('Worker: v3 -> v1');
});

test.each([
  ['is down', undefined, 'No server at'],
  ['fails', { status: 503, body: 'no' }, 'failed (503'],
] as const)('where the edge %s, the rest goes back, and it says so', async (_what, answer, words) => {
  await using cloudflare = await startFakeCloudflare(account({ config: 5 }));
  const edge = await startFakeEdge(answer === undefined ? {} : { 'GET /api/config': answer });
  const env = { ...cloudflare.env, MERIDIAN_URL: edge.url, MERIDIAN_TOKEN: 'secret' };
  if (answer === undefined) await edge[Symbol.asyncDispose]();
  const { code, out } = await rollback(['--yes'], env);
  if (answer !== undefined) await edge[Symbol.asyncDispose]();
  expect({ code, out }).toEqual({
    code: 0,
    out: expect.stringContaining('The configuration stays as it is:'),
  });
  const flat = out.replaceAll(/\s+/g, ' ');
  expect(flat).toContain(words);
  expect(flat).toContain('`npm run regions -- rollback 5`');
  expect(cloudflare.account.versions[0]).toBe('v1');
});

test('a token that the edge refuses is to be corrected first', async () => {
  await using cloudflare = await startFakeCloudflare(account({ config: 5 }));
  await using edge = await startFakeEdge({ 'GET /api/config': refusal(401, 'unauthorized') });
  const env = { ...cloudflare.env, MERIDIAN_URL: edge.url, MERIDIAN_TOKEN: 'secret' };
  expect(await rollback(['--yes'], env)).toMatchObject({ code: 5 });
  expect(cloudflare.changes).toEqual([]);
});

/** Three deploys, the last of which serves. */
const three = (of: Partial<FakeAccount> = {}): Partial<FakeAccount> => ({
  migration: 'rollouts-1',
  versions: ['v3', 'v2', 'v1'],
  images: { 'nats-weur': 'r/meridian:3', 'nats-oc': 'r/meridian:3' },
  objects: Object.fromEntries(
    [1, 2, 3].map((n) => {
      const images = { 'nats-weur': `r/meridian:${n}`, 'nats-oc': `r/meridian:${n}` };
      const at = `2026-11-0${n}T10:00:00.000Z`;
      return [`deploys/v${n}.json`, JSON.stringify(record({ version: `v${n}`, at, images }))];
    }),
  ),
  ...of,
});

test('one that failed half-way goes on to the same deploy without its id, and not one further', async () => {
  await using cloudflare = await startFakeCloudflare(three({ failing: 'PATCH /containers' }));
  const failed = await rollback(['--yes'], cloudflare.env);
  expect(failed).toMatchObject({ code: 1, err: expect.stringContaining('Already back: the Worker.') });
  expect(cloudflare.account.versions[0]).toBe('v2');
  cloudflare.account.failing = undefined;
  const { code, out } = await rollback(['--yes'], cloudflare.env);
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('goes on with the rollback to v2') });
  expect(cloudflare.account).toMatchObject({
    versions: ['v2', 'v3', 'v2', 'v1'],
    images: { 'nats-weur': 'r/meridian:2', 'nats-oc': 'r/meridian:2' },
  });
  // It is over, so that the next one goes further.
  const next = await rollback(['--dry-run', '--json'], cloudflare.env);
  expect(JSON.parse(next.out)).toMatchObject({ to: { version: 'v1' } });
});

test('an image whose rollout was refused is not taken for one that is back: the next try gives it again', async () => {
  await using cloudflare = await startFakeCloudflare(
    three({ failing: 'applications/id-nats-weur/rollouts' }),
  );
  const failed = await rollback(['--yes'], cloudflare.env);
  expect(failed).toMatchObject({ code: 1, err: expect.stringContaining('it answered 500') });
  expect(cloudflare.account.images['nats-weur']).toBe('r/meridian:3');
  cloudflare.account.failing = undefined;
  expect(await rollback(['--yes'], cloudflare.env)).toMatchObject({ code: 0 });
  expect(cloudflare.account.images['nats-weur']).toBe('r/meridian:2');
  expect(cloudflare.changes).toContain('POST /containers/applications/id-nats-weur/rollouts');
});

test('one that failed half-way is over with the next deploy', async () => {
  const goal = JSON.stringify({ from: 'v2', to: 'v1', at: '2026-11-02T11:00:00.000Z', isDone: false });
  const account = three();
  await using cloudflare = await startFakeCloudflare({
    ...account,
    objects: { ...account.objects, 'deploys/rollback.json': goal },
  });
  const { out } = await rollback(['--dry-run', '--json'], cloudflare.env);
  expect(JSON.parse(out)).toMatchObject({ to: { version: 'v2' } });
});

test('where it cannot be written down where it goes, nothing is changed', async () => {
  await using cloudflare = await startFakeCloudflare(three({ failing: 'PUT /r2' }));
  const { code, err } = await rollback(['--yes'], cloudflare.env);
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('Nothing was changed.') });
  expect(cloudflare.changes).toEqual([]);
});

test('a version that only changes secrets is of the deploy before it', async () => {
  await using cloudflare = await startFakeCloudflare(
    three({ versions: ['secret', 'v3', 'v2', 'v1'], code: { secret: 'code of v3' } }),
  );
  const { out } = await rollback(['--dry-run', '--json'], cloudflare.env);
  expect(JSON.parse(out)).toMatchObject({
    worker: { from: 'secret', to: 'v2' },
    notes: expect.arrayContaining([expect.stringContaining('secret is not recorded, and has the code')]),
  });
});

test.each([
  ['other code', {}],
  ['other images', { code: { other: 'code of v3' }, images: { 'nats-weur': 'r/meridian:4' } }],
] as const)('a version without a record and with %s is a deploy of its own', async (_what, of) => {
  await using cloudflare = await startFakeCloudflare(
    three({ versions: ['other', 'v3', 'v2', 'v1'], ...structuredClone(of) } as Partial<FakeAccount>),
  );
  const { out } = await rollback(['--dry-run', '--json'], cloudflare.env);
  expect(JSON.parse(out)).toMatchObject({ worker: { from: 'other', to: 'v3' } });
});

test('secrets that have changed are named, and go back only when that is asked for', async () => {
  await using cloudflare = await startFakeCloudflare(
    three({ changedSecrets: ['NATS_TOKEN', 'MERIDIAN_ADMIN_TOKEN'] }),
  );
  const refused = await rollback(['--yes', '--json'], cloudflare.env);
  expect(JSON.parse(refused.out)).toMatchObject({
    error: { code: 'secrets_changed', secrets: ['NATS_TOKEN', 'MERIDIAN_ADMIN_TOKEN'], done: [] },
  });
  expect({ code: refused.code, err: refused.err }).toEqual({
    code: 1,
    err: expect.stringContaining('`npm run rollback -- v2 --old-secrets`'),
  });
  expect(cloudflare.changes).toEqual([`PUT ${GOAL}`]);
  const { code } = await rollback(['--yes', '--old-secrets'], cloudflare.env);
  expect({ code, version: cloudflare.account.versions[0] }).toEqual({ code: 0, version: 'v2' });
});

test.each([
  [{ migration: 'regions-1' }, 4, 'A migration of objects lies between regions-1 and rollouts-1'],
  [{ migration: 'regions-1' }, 4, 'bring back what its commit, c0ffee012345, had in a new commit'],
] as const)('across a migration it changes nothing, and says why: %j', async (of, code, words) => {
  await using cloudflare = await startFakeCloudflare(account(of));
  const result = await rollback(['--yes'], cloudflare.env);
  expect(result).toMatchObject({ code, err: expect.stringContaining(words) });
  expect(cloudflare.changes).toEqual([]);
});

test.each([
  ['nothing is recorded', { objects: {} }, [], 1, 'no earlier deploy was recorded in meridian-backups'],
  ['a version that is not', {}, ['v9'], 1, 'version v9 was not recorded'],
  [
    'a record that cannot be read',
    { objects: { 'deploys/v1.json': '{' } },
    [],
    1,
    'no earlier deploy was recorded',
  ],
  ['nothing is deployed', { versions: [] }, [], 1, 'the Worker meridian was never deployed'],
  ['nobody to ask', {}, [], 2, 'there is no terminal to ask for confirmation'],
] as const)('%s', async (_what, of, args, code, words) => {
  await using cloudflare = await startFakeCloudflare({
    ...account(),
    ...structuredClone(of),
  } as Partial<FakeAccount>);
  const result = await rollback([...args, '--json'], cloudflare.env);
  expect(result).toMatchObject({ code, err: expect.stringContaining(words) });
  expect(JSON.parse(result.out)).toMatchObject({ error: { message: expect.stringContaining(words) } });
  expect(cloudflare.changes).toEqual([]);
});

test('without a token, or with a wrong one, it says so, and the token is not repeated', async () => {
  await using cloudflare = await startFakeCloudflare(account());
  const { CLOUDFLARE_API_TOKEN: _gone, ...without } = cloudflare.env;
  expect(await rollback([], without)).toMatchObject({ code: 5 });
  const wrong = await rollback([], { ...cloudflare.env, CLOUDFLARE_API_TOKEN: 'wrong-token' });
  expect(wrong).toMatchObject({ code: 5, err: expect.stringContaining('it answered 403') });
  expect(wrong.out + wrong.err).not.toContain('wrong-token');
});

test('the commands of the page', async () => {
  const page = await readFile(`${PROJECT}docs/deploying.md`, 'utf8');
  const lines = [...page.matchAll(/^npm run rollback(?: --)? ?(.*?)(?: +#.*)?$/gm)].map(
    ([, line = '']) => line,
  );
  expect(lines).toEqual(['--dry-run', '', '<version> --message "it drops replies" --yes']);
  await using cloudflare = await startFakeCloudflare(account());
  for (const line of lines) {
    const args = line
      .replace('<version>', 'v1')
      .replace(/"[^"]*"/, 'why')
      .split(' ')
      .filter(Boolean);
    const { code } = await rollback([...args, '--dry-run'], cloudflare.env);
    expect({ line, code }).toEqual({ line, code: 0 });
  }
});
