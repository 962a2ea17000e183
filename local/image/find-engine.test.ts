// Which engine is taken, and what is said where none can be: with small commands in the places of docker and podman, since
// no machine has all the ways in which these fail.

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FindEngineOptions, findEngine } from './find-engine.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-find-engine-'));
});
afterEach(() => rm(folder, { recursive: true }));

const VERSION = 'echo 1.2.3';
const STOPPED = 'echo "Cannot connect to the Docker daemon" >&2; exit 1';
const FORBIDDEN = 'echo "permission denied while trying to connect" >&2; exit 1';

async function commands(scripts: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
}

const find = (options: FindEngineOptions = {}, env: Readonly<Record<string, string>> = {}) =>
  findEngine({ ...options, env: { PATH: folder, ...env } });

test('the first that answers is taken', async () => {
  await commands({ docker: STOPPED, podman: VERSION, buildah: VERSION });
  await expect(find()).resolves.toMatchObject({ kind: 'podman', args: [], title: 'podman 1.2.3' });
});

test('buildah only where nothing has to run', async () => {
  await commands({ buildah: VERSION });
  await expect(find()).resolves.toMatchObject({ kind: 'buildah' });
  await expect(find({ runs: true })).rejects.toThrow(/no container engine can be used/);
  await expect(find({ runs: true, engine: 'buildah' })).rejects.toThrow(/runs no containers/);
});

test('each that cannot be used is told with its fix', async () => {
  await commands({ docker: STOPPED, podman: FORBIDDEN });
  await expect(find()).rejects.toThrow(
    /docker: it is installed but not running.*\n.*podman: permission denied.*\n.*as root.*\n.*buildah: the command is not installed/,
  );
});

test('one that is named is not passed over', async () => {
  await commands({ docker: FORBIDDEN, podman: VERSION });
  await expect(find({ engine: 'docker' })).rejects.toThrow(/docker cannot be used.*\n.*group docker/);
});

test('a socket is asked by podman, or by docker where it is not one of podman', async () => {
  await commands({ podman: VERSION });
  const atSocket = { kind: 'podman', args: ['--url', 'unix:///run/some.sock'] };
  await expect(find({ engine: '/run/some.sock' })).resolves.toMatchObject(atSocket);
  await commands({ docker: VERSION, podman: STOPPED });
  await expect(find({ engine: 'unix:///run/some.sock' })).resolves.toMatchObject({
    kind: 'docker',
    args: ['--host', 'unix:///run/some.sock'],
    title: 'docker 1.2.3 at unix:///run/some.sock',
  });
});

test('DOCKER_HOST is respected, and not passed over either', async () => {
  await commands({ docker: STOPPED, podman: STOPPED });
  await expect(find({}, { DOCKER_HOST: 'tcp://10.0.0.1:2375' })).rejects.toThrow(
    /no container engine answers at tcp:\/\/10\.0\.0\.1:2375 \(DOCKER_HOST\)/,
  );
});

test('what is no engine is refused', async () => {
  await expect(find({ engine: 'lxc' })).rejects.toThrow(/"lxc" is no container engine: give docker/);
});
