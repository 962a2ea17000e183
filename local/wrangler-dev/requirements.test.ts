// wrangler's own sidecar is the one that is looked for, and what is missing is told with its fix.

import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireDocker, SIDECAR_IMAGE } from './requirements.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-requirements-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A program in docker's place: what it does with its first arguments. */
async function command(cases: string): Promise<string> {
  const file = join(folder, `docker-${Math.random()}`);
  await writeFile(file, `#!/bin/sh\ncase "$1 $2" in\n${cases}\nesac\n`);
  await chmod(file, 0o755);
  return file;
}

const RUNS = '"ps --quiet") echo id ;;';
const BUILDX = '"build --help") echo "--load --provenance" ;;';
const PULLS = '"pull "*) ;;';
const RUNS_CONTAINERS = '"run --rm") ;;';

const problemsOf = (env: NodeJS.ProcessEnv) =>
  requireDocker({ PATH: process.env.PATH, ...env }, () => {}).then(
    () => '',
    (error: Error) => error.message,
  );

test('the sidecar is the one that this wrangler pulls', async () => {
  const wrangler = await readFile('node_modules/wrangler/wrangler-dist/cli.js', 'utf8');
  expect(wrangler).toContain(`"${SIDECAR_IMAGE}"`);
});

test('with everything there, the command is returned', async () => {
  const file = await command([RUNS, BUILDX, PULLS, RUNS_CONTAINERS].join('\n'));
  await expect(requireDocker({ WRANGLER_DOCKER_BIN: file }, () => {})).resolves.toMatchObject({ file });
});

test('no command', async () => {
  expect(await problemsOf({ PATH: folder })).toMatch(/there is no command docker\. Install Docker/);
  expect(await problemsOf({ WRANGLER_DOCKER_BIN: '/nowhere/docker' })).toContain(
    'no command /nowhere/docker',
  );
});

test('an engine that is not running, and a socket that may not be used', async () => {
  const stopped = await command('"ps --quiet") echo "Cannot connect to the Docker daemon" >&2; exit 1 ;;');
  expect(await problemsOf({ WRANGLER_DOCKER_BIN: stopped })).toMatch(
    /systemctl start docker.*Cannot connect/s,
  );
  const forbidden = await command('"ps --quiet") echo "permission denied while trying" >&2; exit 1 ;;');
  expect(await problemsOf({ WRANGLER_DOCKER_BIN: forbidden })).toContain('group docker');
});

test('everything else that is missing is told at once', async () => {
  const file = await command(
    `${RUNS}\n"pull "*) echo "no such host" >&2; exit 1 ;;\n"image inspect") exit 1 ;;`,
  );
  const problems = await problemsOf({ WRANGLER_DOCKER_BIN: file });
  expect(problems).toMatch(/Install buildx/);
  expect(problems).toMatch(/proxy-everything.*MINIFLARE_CONTAINER_EGRESS_IMAGE.*no such host/);
  expect(problems).toMatch(/the base of the image, nats:.*cannot be pulled/);
  expect(problems).toMatch(/npm start/);
});

test('an engine that answers and pulls, but runs no container', async () => {
  const said = 'runc: error setting rlimit type 7: operation not permitted';
  const file = await command([RUNS, BUILDX, PULLS, `"run --rm") echo "${said}" >&2; exit 126 ;;`].join('\n'));
  expect(await problemsOf({ WRANGLER_DOCKER_BIN: file })).toMatch(
    /cannot run a container\. It said: runc: .*not permitted \(.*default_ulimits = \[/,
  );
});

test('another sidecar is asked for where one is named', async () => {
  const file = await command(
    `${RUNS}\n${BUILDX}\n"pull mirror/sidecar") ;;\n"pull "*) exit 1 ;;\n"image inspect") ;;`,
  );
  const env = { WRANGLER_DOCKER_BIN: file, MINIFLARE_CONTAINER_EGRESS_IMAGE: 'mirror/sidecar' };
  expect(await problemsOf(env)).toBe('');
});
