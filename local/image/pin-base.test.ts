// The digest that docker knows of the base gets into the Dockerfile, and nothing else of it changes. A small command is in
// docker's place: which digest a registry has today no test can know.

import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CONTAINER_FOLDER, isPinned, officialBase } from './build.ts';
import type { EngineCommand } from './engine-command.ts';
import { pinBase } from './pin-base.ts';

const [ONE, OTHER] = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-pin-'));
  await copyFile(join(CONTAINER_FOLDER, 'Dockerfile'), join(folder, 'Dockerfile'));
});
afterEach(() => rm(folder, { recursive: true }));

async function docker(script: string): Promise<EngineCommand> {
  const file = join(folder, 'docker');
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return { kind: 'docker', file, args: [], env: process.env, title: 'docker' };
}

const known = (digest = '') => `[ "$1" = pull ] || echo '["nats@${digest}"]'`;

test('it is written, and written anew', async () => {
  const before = await readFile(join(folder, 'Dockerfile'), 'utf8');
  const tag = (await officialBase(folder)).replace(/@.*/, '');
  expect(await pinBase(await docker(known(ONE)), folder)).toBe(`${tag}@${ONE}`);
  expect(await officialBase(folder)).toBe(`${tag}@${ONE}`);
  expect(await pinBase(await docker(known(OTHER)), folder)).toBe(`${tag}@${OTHER}`);
  const after = await readFile(join(folder, 'Dockerfile'), 'utf8');
  expect(after.replace(`@${OTHER}`, '')).toBe(before.replace(/(?<=ARG BASE=.*)@\S*/, ''));
});

test('without a digest nothing is written', async () => {
  const before = await officialBase(folder);
  await expect(pinBase(await docker('[ "$1" = pull ] || echo "[]"'), folder)).rejects.toThrow(
    /knows no digest/,
  );
  await expect(pinBase(await docker('echo "no such host" >&2; exit 1'), folder)).rejects.toThrow(
    /cannot be pulled: no such/,
  );
  expect(await officialBase(folder)).toBe(before);
});

test('podman is refused: it tells digests of one platform too', async () => {
  const podman = { ...(await docker('')), kind: 'podman' } as const;
  await expect(pinBase(podman, folder)).rejects.toThrow(/with docker, not with podman/);
});

test('a tag does not pin', () => {
  expect(isPinned('nats:2.15.1-alpine')).toBe(false);
  expect(isPinned(`nats:2.15.1-alpine@${ONE}`)).toBe(true);
});
