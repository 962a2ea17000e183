// `npm run deploy -- --canary` as people run it, in a copy of this checkout: real but for wrangler, the contract suite, Cloudflare's
// API and the edge, for which others stand.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDeploy } from '../../test/support/deploy-command.ts';
import type { FakeAccount } from '../../test/support/fake-account.ts';
import { startFakeCloudflare } from '../../test/support/fake-cloudflare.ts';
import { CONFIG, livingEdge, regionView, startFakeEdge } from '../../test/support/fake-edge.ts';
import { FakeWrangler } from '../../test/support/fake-wrangler.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { readWranglerFile } from '../wrangler-file.ts';

const COPY_TIMEOUT_MS = 60_000;
/** The page of the map is built. */
const BUILD_TIMEOUT_MS = 120_000;

let fake: FakeWrangler;
let names: readonly string[] = [];
beforeAll(async () => {
  fake = await FakeWrangler.make();
  names = readWranglerFile(await fake.project.read('wrangler.toml')).containers;
}, COPY_TIMEOUT_MS);
afterAll(() => fake[Symbol.asyncDispose]());

const deployed = (): Partial<FakeAccount> => ({
  migration: 'rollouts-1',
  versions: ['v1'],
  images: Object.fromEntries(names.map((name) => [name, 'r/meridian:old'])),
});

/**
 * As the platform does: the first deploy resets every object, which is then `up since now` with the old container; that
 * is replaced only when it has been looked at `looks` times since.
 */
const edge = ({ looks = 1, onRegions = () => {} }: { looks?: number; onRegions?: () => void } = {}) => {
  let since = 1;
  let looked = 0;
  return startFakeEdge({
    ...livingEdge(),
    'GET /api/regions': async () => {
      const isDeployed = (await fake.peek()).some(({ args }) => args[0] === 'deploy');
      if (isDeployed) {
        onRegions();
        since = since === 1 ? Date.now() : since;
        looked += 1;
      }
      const serverId = looked > looks ? 'NEW' : 'OLD';
      const regions = CONFIG.regions.map(({ id }) => regionView({ id, since, serverId }));
      return { body: { version: 7, regions } };
    },
  });
};

const deploy = (args: readonly string[], env: Readonly<Record<string, string>>) =>
  runDeploy(args, env, 'deploy', fake.project.path);

test('the image is built once, weur gets it first, the suite passes, the others follow, and it is recorded', {
  timeout: BUILD_TIMEOUT_MS,
}, async () => {
  await using cloudflare = await startFakeCloudflare(deployed());
  await using live = await edge();
  const env = { ...cloudflare.env, ...fake.env(), MERIDIAN_URL: live.url };
  const { code, err } = await deploy(['--canary', 'weur', '--', '--minify'], env);
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  const told = await fake.told();
  expect(told.map(({ args }) => args.slice(0, 2).join(' '))).toEqual([
    'containers build',
    'deploy --minify',
    'run --project',
    'deploy --minify',
  ]);
  const [build, first, , rest] = told;
  const image = `registry.cloudflare.com/${cloudflare.env.CLOUDFLARE_ACCOUNT_ID}/${build?.args.at(-1)}`;
  expect(image).toMatch(/\/meridian:[0-9a-f]{16}$/);
  expect(first?.images).toEqual(names.map((name) => (name === 'nats-weur' ? image : 'r/meridian:old')));
  expect(rest?.images).toEqual(names.map(() => image));
  // Before the deploy, then the old server, then the new one.
  expect(live.asked.filter(({ path }) => path === '/api/regions')).toHaveLength(3);
  expect(cloudflare.changes).toEqual(['PUT /r2/buckets/meridian-backups/objects/deploys/v1.json']);
  expect(JSON.parse(cloudflare.account.objects['deploys/v1.json'] ?? '')).toMatchObject({
    ...{ version: 'v1', migration: 'rollouts-1', config: null },
  });
  expect(await readdir(fake.project.path)).not.toContain('.wrangler.canary.toml');
});

test('the contract suite fails: the Worker and weur are taken back, and nothing is recorded', {
  timeout: BUILD_TIMEOUT_MS,
}, async () => {
  await using cloudflare = await startFakeCloudflare(deployed());
  await using live = await edge({
    onRegions: () => {
      cloudflare.account.images['nats-weur'] = 'r/meridian:new';
    },
  });
  const env = { ...cloudflare.env, ...fake.env({ failing: 'test/contract' }), MERIDIAN_URL: live.url };
  const { code, err } = await deploy(['--canary', 'weur', '--json'], env);
  expect({ code, err }).toEqual({
    code: 1,
    err: expect.stringContaining('Canary: the contract suite failed, exit code 1: its message is above.'),
  });
  expect(err).toContain('Taken back: the Worker, to v1.\nTaken back: the image of nats-weur.');
  expect(cloudflare.changes).toEqual([
    'POST /workers/scripts/meridian/deployments',
    'PATCH /containers/applications/id-nats-weur',
    'POST /containers/applications/id-nats-weur/rollouts',
  ]);
  expect(cloudflare.account.images['nats-weur']).toBe('r/meridian:old');
  expect((await fake.told()).map(({ args }) => args[0])).toEqual(['containers', 'deploy', 'run']);
});

test('Ctrl-C in the contract suite: it ends, and what was deployed is taken back', {
  timeout: BUILD_TIMEOUT_MS,
}, async () => {
  await using cloudflare = await startFakeCloudflare(deployed());
  await using live = await edge();
  const env = { ...cloudflare.env, ...fake.env({ hanging: 'test/contract' }), MERIDIAN_URL: live.url };
  // A group of its own, to which a terminal would send the signal.
  const child = spawn(process.execPath, ['deploy/main.ts', '--canary', 'weur'], {
    ...{ cwd: fake.project.path, env, detached: true },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const exited = once(child, 'exit');
  const isInSuite = async () => (await fake.peek()).some(({ args }) => args[0] === 'run');
  await waitFor('the contract suite', { timeoutMs: BUILD_TIMEOUT_MS }, isInSuite);
  process.kill(-(child.pid ?? 0), 'SIGINT');
  const [code] = await exited;
  expect({ code, err }).toEqual({
    code: 130,
    err: expect.stringContaining('Canary: it was interrupted\nTaken back: the Worker, to v1.'),
  });
  expect(cloudflare.changes).toEqual(['POST /workers/scripts/meridian/deployments']);
  await fake.told();
});

test.each([
  [['--canary', 'wuer'], {}, 2, 'Did you mean weur?'],
  [['--canary', 'weur', '--containers-rollout', 'none'], {}, 2, 'leave out --containers-rollout'],
  [['--canary', 'weur', '--target', 'synadia'], {}, 2, 'is no target here'],
  [['--canary', 'weur'], { images: {} }, 1, 'weur is not deployed yet'],
] as const)('%j is refused, and nothing is deployed', async (args, of, code, words) => {
  await using cloudflare = await startFakeCloudflare({ ...deployed(), ...of });
  const env = { ...cloudflare.env, ...fake.env(), MERIDIAN_URL: 'https://meridian.example.com' };
  expect(await deploy(args, env)).toMatchObject({ code, err: expect.stringContaining(words) });
  expect(cloudflare.changes).toEqual([]);
  expect(await fake.told()).toEqual([]);
});

test('--canary without the address of the edge', async () => {
  await using cloudflare = await startFakeCloudflare(deployed());
  const { code, err } = await deploy(['--canary'], { ...cloudflare.env, ...fake.env() });
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('--canary needs the address') });
});
