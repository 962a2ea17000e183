import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { socketsOf } from './find-socket.ts';

/** Where the commands of a test are, and no others. */
let bin = '';

beforeAll(async () => {
  bin = await mkdtemp(join(tmpdir(), 'meridian-bin-'));
});

afterAll(() => rm(bin, { recursive: true, force: true }));

async function command(name: string, says: string): Promise<void> {
  await writeFile(join(bin, name), `#!/bin/sh\necho '${says}'\n`);
  await chmod(join(bin, name), 0o755);
}

test.each(['unix:///run/some.sock', '/run/some.sock'])('%s is a socket', async (engine) => {
  expect(await socketsOf(engine, {})).toEqual(['/run/some.sock']);
});

test.each(['docker', 'podman'])('%s is at DOCKER_HOST if that is set', async (engine) => {
  expect(await socketsOf(engine, { PATH: bin, DOCKER_HOST: 'unix:///run/other.sock' })).toEqual([
    '/run/other.sock',
  ]);
});

test("podman's own variable comes before", async () => {
  const env = { PATH: bin, DOCKER_HOST: 'unix:///run/other.sock', CONTAINER_HOST: 'unix:///run/podman.sock' };
  expect(await socketsOf('podman', env)).toEqual(['/run/podman.sock']);
});

test('docker is where its context says, or at one of its usual places', async () => {
  expect(await socketsOf('docker', { PATH: bin })).toEqual(['/var/run/docker.sock']);
  await command('docker', 'unix:///home/me/.colima/docker.sock');
  expect(await socketsOf('docker', { PATH: bin, XDG_RUNTIME_DIR: '/run/user/1' })).toEqual([
    '/home/me/.colima/docker.sock',
    '/var/run/docker.sock',
    '/run/user/1/docker.sock',
  ]);
});

test("podman is in its machine, or at the user's or the system's socket", async () => {
  await command('podman', '/home/me/podman-machine.sock');
  const sockets = await socketsOf('podman', { PATH: bin, XDG_RUNTIME_DIR: '/run/user/1' });
  expect(sockets[0]).toBe('/home/me/podman-machine.sock');
  expect(sockets.toSorted()).toEqual(
    ['/home/me/podman-machine.sock', '/run/podman/podman.sock', '/run/user/1/podman/podman.sock'].toSorted(),
  );
});

test.each([
  ['tcp://192.0.2.1:2375', /its engine must be on it too/],
  ['ssh://host', /its engine must be on it too/],
  ['kubernetes', /no container engine: give docker, podman, or a socket/],
  ['unix://', /^--engine is unix:\/\/, which is no container engine/],
  ['unix://docker.sock', /such as unix:\/\/\/var\/run\/docker\.sock/],
  ['', /^--engine is "", which is no container engine/],
])('%s is refused', async (engine, why) => {
  await expect(socketsOf(engine, {})).rejects.toThrow(why);
});

test('a DOCKER_HOST on another machine is refused by its name', async () => {
  await expect(socketsOf('docker', { PATH: bin, DOCKER_HOST: 'tcp://192.0.2.1:2375' })).rejects.toThrow(
    /^DOCKER_HOST is tcp:/,
  );
});
