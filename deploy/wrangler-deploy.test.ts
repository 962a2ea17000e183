// `npm run deploy` with the wrangler that is pinned, against what stands for Cloudflare's API, from a copy of this checkout whose
// images are there already: nothing is built or pushed. What wrangler uploads is held against wrangler.toml.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDeploy } from '../test/support/deploy-command.ts';
import { type FakeCloudflare, startFakeCloudflare } from '../test/support/fake-cloudflare.ts';
import { uploadedVersion } from '../test/support/fake-cloudflare-upload.ts';
import { livingEdge, regionView, startFakeEdge } from '../test/support/fake-edge.ts';
import { ProjectCopy } from '../test/support/project-copy.ts';
import { readWranglerFile, withImages } from './wrangler-file.ts';

const COPY_TIMEOUT_MS = 60_000;
/** The page of the map is built, and the Worker is bundled. */
const DEPLOY_TIMEOUT_MS = 120_000;

const FILE = '.wrangler.canary.toml';

const HEALTH = { ok: true, version: 7, regions: ['weur'], others: [], jetstream: { ok: true } };

let project: ProjectCopy;
let names: readonly string[] = [];
let cloudflare: FakeCloudflare;
beforeAll(async () => {
  project = await ProjectCopy.make();
  names = readWranglerFile(await project.read('wrangler.toml')).containers;
  cloudflare = await startFakeCloudflare();
}, COPY_TIMEOUT_MS);
afterAll(async () => {
  await cloudflare[Symbol.asyncDispose]();
  await project[Symbol.asyncDispose]();
});

const imageOf = (tag: string) =>
  `registry.cloudflare.com/${cloudflare.env.CLOUDFLARE_ACCOUNT_ID}/meridian:${tag}`;

/** With images that are there, as a canary gives them. @returns what it said, and what it changed at Cloudflare */
async function deploy(tag: string, args: readonly string[] = [], edge?: string) {
  const images = new Map(names.map((name) => [name, imageOf(tag)]));
  await project.write(FILE, withImages(await project.read('wrangler.toml'), images));
  const env = { ...cloudflare.env, WRANGLER_SEND_METRICS: 'false', ...(edge && { MERIDIAN_URL: edge }) };
  const before = cloudflare.changes.length;
  const { code, err } = await runDeploy([...args, '--', '--config', FILE], env, 'deploy', project.path);
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  return { err, changes: cloudflare.changes.slice(before) };
}

interface Uploaded {
  readonly bindings: readonly { readonly name: string; readonly class_name?: string }[];
  readonly containers: readonly { readonly class_name: string }[];
}

test('the first deploy makes the Worker, what it is bound to and its containers, and is recorded', {
  timeout: DEPLOY_TIMEOUT_MS,
}, async () => {
  const { err, changes } = await deploy('first');
  expect(err).toContain(`Recorded as ${uploadedVersion(1)}`);
  expect(cloudflare.account.images).toEqual(
    Object.fromEntries(names.map((name) => [name, imageOf('first')])),
  );
  const uploaded = cloudflare.bodies.find((body): body is Uploaded =>
    Object.hasOwn(body as object, 'containers'),
  );
  const classes = uploaded?.bindings.flatMap(({ class_name }) => class_name ?? []);
  expect(classes).toEqual(expect.arrayContaining(['ConfigStore', 'NatsWeur', 'SessionServer']));
  expect(uploaded?.bindings.find(({ name }) => name === 'CONFIG')).toMatchObject({ namespace_id: 'k1' });
  expect(uploaded?.containers).toHaveLength(names.length);
  expect(changes).toContain('POST /r2/buckets');
  expect(changes).toContain('PUT /workers/scripts/meridian/schedules');
});

test('--wait is not satisfied by the old servers, which serve until Cloudflare replaces them', {
  timeout: DEPLOY_TIMEOUT_MS,
}, async () => {
  let looks = 0;
  await using edge = await startFakeEdge({
    ...livingEdge(),
    'GET /health?jetstream=true': { body: HEALTH },
    'GET /api/regions': () => {
      looks += 1;
      // Before the deploy, after it, and once it is replaced.
      return { body: { version: 7, regions: [regionView({ serverId: looks < 3 ? 'OLD' : 'NEW' })] } };
    },
  });
  await deploy('second', ['--wait'], edge.url);
  expect(looks).toBe(3);
  expect(new Set(Object.values(cloudflare.account.images))).toEqual(new Set([imageOf('second')]));
});

test('with --containers-rollout none the images stay, so that no server is waited for', {
  timeout: DEPLOY_TIMEOUT_MS,
}, async () => {
  const regions = { version: 7, regions: [regionView({ serverId: 'OLD' })] };
  await using edge = await startFakeEdge({
    ...livingEdge(),
    'GET /health?jetstream=true': { body: HEALTH },
    'GET /api/regions': { body: regions },
  });
  const { changes } = await deploy('third', ['--containers-rollout', 'none', '--wait'], edge.url);
  expect(changes.filter((change) => change.includes('containers'))).toEqual([]);
  expect(new Set(Object.values(cloudflare.account.images))).toEqual(new Set([imageOf('second')]));
  expect(cloudflare.account.versions).toEqual([3, 2, 1].map(uploadedVersion));
});
