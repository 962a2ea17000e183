// The pipeline, without GitHub: its workflows are linted, and their scripts are run in their order, as far as that needs no
// account. What stands for GitHub's and Cloudflare's programs tells what it was asked.

import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureActionlint } from '../test/support/actionlint.ts';
import { temporaryFolder } from '../test/support/command-process.ts';
import { startFakeCloudflare } from '../test/support/fake-cloudflare.ts';
import { type Answers, startFakeEdge } from '../test/support/fake-edge.ts';
import { isThere } from '../test/support/run-example.ts';
import { readWorkflow, runStep, scriptsOf, type Workflow } from '../test/support/workflow.ts';
import { MARKER } from './plan/plan-text.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const WORKFLOWS = (await readdir(join(PROJECT, '.github/workflows'))).filter((name) => name.endsWith('.yml'));

/** Built on first use. */
const BUILD_TIMEOUT_MS = 10 * 60_000;
const BUNDLE_TIMEOUT_MS = 120_000;

/** Scripts that are not run here. */
const LEFT_OUT: readonly (readonly [RegExp, why: string])[] = [
  [/^\.ci\/run$/, 'it runs these tests'],
  [/^npm ci /, 'it would replace what these tests run on'],
  [/^npm (sbom|run image) /, 'tools/dependencies.test.ts and test/containers/'],
  [/^npm run -s test:infra$/, 'it is a command of its own, which takes minutes'],
  [/^npm run -s infra -- init /, 'it fetches the provider'],
  [/^npm run -s site$/, 'site/site.test.ts'],
  [/^npm run -s test:contract$/, 'it is part of `npm test`'],
];

const ran = new Set<string>();
let pipeline: Workflow;
let folder = '';

beforeAll(async () => {
  pipeline = await readWorkflow('pipeline.yml');
  folder = await temporaryFolder();
  await mkdir(join(folder, 'bin'));
  for (const [name, script] of [
    // Asked for comments, it answers with the numbers that are in a file, if there is one.
    [
      'gh',
      `if [ "$1 $3" = "api --paginate" ]; then cat "$(dirname "$0")/earlier" 2>/dev/null || true; else printf '%s\\n' "gh $*"; fi`,
    ],
    ['npx', `printf '%s\\n' "npx $*"`],
  ] as const) {
    const path = join(folder, 'bin', name);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(job: string, name: string, env: Readonly<Record<string, string>> = {}) {
  ran.add(name);
  return runStep(pipeline, [job, name], folder, env);
}

test('actionlint finds nothing', { timeout: BUILD_TIMEOUT_MS }, async ({ skip }) => {
  const isHere = (await isThere('go', 'version')) || (await isThere('actionlint', '-version'));
  if (!isHere) skip('left out: neither actionlint nor go is on the PATH');
  const { path } = await ensureActionlint();
  const files = WORKFLOWS.map((name) => join('.github/workflows', name));
  // Of shellcheck and pyflakes it would use whichever are here.
  const args = ['-shellcheck=', '-pyflakes=', '-no-color', ...files];
  const { stdout } = await promisify(execFile)(path, args, { cwd: PROJECT });
  expect(stdout).toBe('');
  const bad = join(folder, 'bad.yml');
  await writeFile(bad, 'on: push\njobs: { a: { steps: [{ run: "true" }] } }\n');
  await expect(promisify(execFile)(path, [bad], { cwd: folder })).rejects.toMatchObject({ code: 1 });
});

test('actions are pinned to commits, scripts take expressions from the environment, and npm has the scripts', async () => {
  const workflows = await Promise.all(WORKFLOWS.map(readWorkflow));
  const { scripts } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8'));
  for (const workflow of workflows) {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const { steps = [] } of Object.values(workflow.jobs))
      for (const { uses } of steps) expect(uses ?? 'a@'.padEnd(42, '0')).toMatch(/@[0-9a-f]{40}$/);
    for (const { run: script } of scriptsOf(workflow)) {
      expect(script).not.toContain('${{');
      for (const [, name = ''] of script.matchAll(/npm run (?:-s )?(\S+)/g))
        expect(scripts).toHaveProperty([name]);
    }
  }
});

test('the job that publishes the site runs no code of this repository', async () => {
  const { jobs } = await readWorkflow('site.yml');
  const writers = Object.entries(jobs).filter(([, { permissions }]) => permissions !== undefined);
  expect(writers.map(([name]) => name)).toEqual(['publish']);
  expect(scriptsOf({ jobs: Object.fromEntries(writers) })).toEqual([]);
});

test("only the job that runs nobody else's code may write, and only to pull requests", () => {
  const writers = Object.entries(pipeline.jobs).filter(([, { permissions }]) => permissions !== undefined);
  expect(writers.map(([name, { permissions }]) => [name, permissions])).toEqual([
    ['comment', { 'pull-requests': 'write' }],
  ]);
  const { steps = [] } = pipeline.jobs.comment ?? {};
  expect(steps.flatMap(({ uses }) => uses ?? [])).toEqual([]);
  expect(steps.flatMap(({ run: script = '' }) => script.match(/npm|node/g) ?? [])).toEqual([]);
});

test('a pull request: plan, comment, dry run', { timeout: BUNDLE_TIMEOUT_MS }, async () => {
  const planned = await run('plan', 'Plan', { BASE_COMMIT: 'HEAD' });
  expect(planned).toMatchObject({ code: 0, summary: expect.stringContaining(MARKER) });
  const { comment = '' } = planned.outputs;
  expect(comment.startsWith(MARKER)).toBe(true);
  const ours = { COMMENT: comment, PULL_REQUEST: '7', GH_TOKEN: 'x', GH_REPO: 'a/b' };
  const file = join(folder, 'comment.md');
  const commented = await run('comment', 'Comment', ours);
  expect(commented.out).toBe(`gh pr comment 7 --body-file ${file}\n`);
  await writeFile(join(folder, 'bin', 'earlier'), '42\n41\n');
  const again = await run('comment', 'Comment', ours);
  expect(again.out).toBe(
    `gh api --silent --method PATCH repos/a/b/issues/comments/42 --field body=@${file}\n`,
  );
  expect((await readFile(join(folder, 'comment.md'), 'utf8')).trim()).toBe(comment.trim());
  const dry = await run('plan', 'Dry run of all targets');
  expect({ code: dry.code, err: dry.code === 0 ? '' : dry.err }).toEqual({ code: 0, err: '' });
});

test('a base that is not there ends the plan, and nothing is commented', async () => {
  const { code, outputs } = await run('plan', 'Plan', { BASE_COMMIT: '0'.repeat(40) });
  expect(code).not.toBe(0);
  expect(outputs).toEqual({});
});

const SECRETS = {
  CLOUDFLARE_API_TOKEN: 'a-token-of-forty-characters-0123456789_A',
  CLOUDFLARE_ACCOUNT_ID: '0123456789abcdef0123456789abcdef',
  MERIDIAN_URL: 'https://meridian.example.com',
};

test.each([
  [{ DEPLOYMENT_TARGET: 'aws', ...SECRETS }, 2, 'DEPLOYMENT_TARGET is "aws", which is no target'],
  [{ DEPLOYMENT_TARGET: 'cloudflare' }, 5, 'cloudflare: CLOUDFLARE_API_TOKEN is missing'],
  [{ DEPLOYMENT_TARGET: 'both', ...SECRETS }, 5, 'synadia: SYNADIA_URL is missing'],
  [{ DEPLOYMENT_TARGET: 'synadia', SYNADIA_URL: 'tls://a.example' }, 5, 'synadia: SYNADIA_CREDS is missing'],
] as const)('a deploy that cannot work ends at its dry run: %j', async (env, code, words) => {
  const result = await run('deploy', 'Dry run', env);
  expect(result).toMatchObject({ code, err: expect.stringContaining(words) });
});

test('a deploy: dry run, then what needs an account says which secret is missing', {
  timeout: BUNDLE_TIMEOUT_MS,
}, async () => {
  const dry = await run('deploy', 'Dry run', { ...SECRETS, DEPLOYMENT_TARGET: 'cloudflare' });
  expect({ code: dry.code, err: dry.code === 0 ? '' : dry.err }).toEqual({ code: 0, err: '' });
  const { code, err } = await run('deploy', 'Deploy', {
    DEPLOYMENT_TARGET: 'cloudflare',
    MERIDIAN_URL: SECRETS.MERIDIAN_URL,
  });
  expect({ code, err }).toEqual({ code: 5, err: expect.stringContaining('CLOUDFLARE_API_TOKEN is missing') });
});

test('what failed is taken back to the deploy before, and without a record of that the Worker alone', async () => {
  const record = {
    version: 'v1',
    at: '2026-11-01T10:00:00.000Z',
    commit: null,
    migration: null,
    config: null,
  };
  const images = { 'nats-weur': 'old' };
  await using cloudflare = await startFakeCloudflare({
    ...{ versions: ['v2', 'v1'], images: { 'nats-weur': 'new' } },
    objects: { 'deploys/v1.json': JSON.stringify({ ...record, images }) },
  });
  const takeBack = () => {
    ran.add('Take the deploy back');
    return runStep(pipeline, ['deploy', 'Take the deploy back'], folder, cloudflare.env, cloudflare.env);
  };
  expect(await takeBack()).toMatchObject({ code: 0, out: expect.not.stringContaining('npx') });
  expect(cloudflare.account).toMatchObject({ images, versions: ['v1', 'v2', 'v1'] });
  cloudflare.account.objects = {};
  const { out } = await takeBack();
  expect(out).toBe('npx wrangler rollback --yes --message It does not serve, or the contract suite failed\n');
});

test('the pipeline deploys a canary first, if it is told of one', {
  timeout: BUNDLE_TIMEOUT_MS,
}, async () => {
  const env = { MERIDIAN_URL: SECRETS.MERIDIAN_URL, DEPLOYMENT_TARGET: 'cloudflare', CANARY: 'wuer' };
  const { code, err } = await run('deploy', 'Deploy', env);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('Did you mean weur?') });
});

test('the contract suite signs in as clients do, also after their token was followed by a user, and so does a canary', () => {
  const { steps = [] } = pipeline.jobs.deploy ?? {};
  for (const step of ['Deploy', 'Contract suite'])
    for (const name of ['MERIDIAN_NATS_TOKEN', 'MERIDIAN_NATS_USER', 'MERIDIAN_NATS_PASSWORD'])
      expect(steps.find((each) => each.name === step)?.env?.[name]).toBe(`\${{ secrets.${name} }}`);
});

test('what a deploy changed is taken back if it then does not serve, or the suite fails; only main is deployed', () => {
  const { steps = [] } = pipeline.jobs.deploy ?? {};
  expect(pipeline.jobs.deploy?.if).toMatch(/^github\.ref == 'refs\/heads\/main' && /);
  const names = steps.map(({ name }) => name);
  const condition = steps.find(({ name }) => name === 'Take the deploy back')?.if;
  expect(condition).toContain(
    "steps.deploy.outputs.deployed == 'true' && steps.contract.outcome != 'success'",
  );
  expect(condition).toMatch(/^\(failure\(\) \|\| cancelled\(\)\) && /);
  expect(names.indexOf('Contract suite')).toBeLessThan(names.indexOf('Start the rollout'));
});

const ROLLOUT = {
  ...{
    id: 5,
    name: 'half-of-oceania',
    description: '',
    why: null,
    author: 'admin',
    base: 7,
    version: 8,
    step: 0,
  },
  ...{ startAt: null, createdAt: 0, endedAt: null, every: '30s', minSamples: 20, failureLimit: 3 },
  ...{ checks: [], steps: [], stepEndsAt: null, checkedAt: null, verdicts: [], events: [] },
};
const edgeWith = (state: string): Answers => ({
  'GET /api/rollouts': { body: { rollouts: [] } },
  'POST /api/rollouts/dry-run': { body: { ...ROLLOUT, id: 0, state: 'scheduled' } },
  'POST /api/rollouts': { status: 201, body: { ...ROLLOUT, state: 'running' } },
  'GET /api/rollouts/5': { body: { ...ROLLOUT, state, why: state === 'done' ? null : 'p95 failed' } },
  'POST /api/rollouts/5/abort': { body: { ...ROLLOUT, state: 'aborted' } },
});

test.each([
  ['done', 0, false],
  ['aborted', 1, false],
  ['paused', 1, true],
] as const)('a rollout that ends as %s', async (state, code, isAborted) => {
  await using edge = await startFakeEdge(edgeWith(state));
  const env = { MERIDIAN_URL: edge.url, MERIDIAN_TOKEN: 'secret', ROLLOUT: 'rollouts/example.json' };
  expect(await run('deploy', 'Check the token of the rollout', env)).toMatchObject({ code: 0 });
  const { outputs, ...started } = await run('deploy', 'Start the rollout', env);
  expect({ code: started.code, outputs }).toEqual({ code: 0, outputs: { id: '5' } });
  const watching = { ...env, ROLLOUT_ID: outputs.id ?? '' };
  expect(await run('deploy', 'Watch the rollout', watching)).toMatchObject({ code });
  const ended = await run('deploy', 'Abort the rollout', watching);
  expect(ended).toMatchObject({ code: 0 });
  const asked = edge.asked.map(({ method, path }) => `${method} ${path}`);
  expect(asked.includes('POST /api/rollouts/5/abort')).toBe(isAborted);
});

test('a token that may only read is found before the deploy', async () => {
  const message = 'This token may only read.';
  await using edge = await startFakeEdge({
    ...edgeWith('running'),
    'POST /api/rollouts/dry-run': { status: 403, body: { error: { code: 'forbidden', message } } },
  });
  const env = { MERIDIAN_URL: edge.url, MERIDIAN_TOKEN: 'reads', ROLLOUT: 'rollouts/example.json' };
  expect(await run('deploy', 'Check the token of the rollout', env)).toMatchObject({ code: 5 });
});

test('a rollout that is refused is not aborted: there may be another one', async () => {
  const busy = { error: { code: 'rollout_running', message: 'half-of-oceania is under way' } };
  await using edge = await startFakeEdge({
    ...edgeWith('running'),
    'POST /api/rollouts': { status: 409, body: busy },
  });
  const env = { MERIDIAN_URL: edge.url, MERIDIAN_TOKEN: 'secret', ROLLOUT: 'rollouts/example.json' };
  const { code, outputs } = await run('deploy', 'Start the rollout', env);
  expect(code).not.toBe(0);
  expect(outputs).toEqual({});
  const { steps = [] } = pipeline.jobs.deploy ?? {};
  expect(steps.find(({ name }) => name === 'Abort the rollout')?.if).toContain(
    "steps.start.outputs.id != ''",
  );
});

test('every script of the workflows was run, or it is said why not', async () => {
  const all = (await Promise.all(WORKFLOWS.map(readWorkflow))).flatMap(scriptsOf);
  const left = all.filter(
    ({ name = '', run: script }) =>
      !ran.has(name) && !LEFT_OUT.some(([pattern]) => pattern.test(script.trim())),
  );
  expect(left).toEqual([]);
});
