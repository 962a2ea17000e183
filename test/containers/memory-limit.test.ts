// Where entrypoint.sh reads the container's memory limit: a file of cgroups version 2 or 1, whichever the engine's machine
// has. Both are put into a container here.

import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, expect, inject, test } from 'vitest';
import { findEngine } from '../../local/image/find-engine.ts';
import { ImageUnderTest } from '../image/check.ts';
import { temporaryFolder } from '../support/command-process.ts';

const testEngine = inject('testEngine');
if (testEngine === undefined) throw new Error('there is no engine');
const { socket, image } = testEngine;
const engine = await findEngine({ engine: `unix://${socket}`, runs: true });
const V2 = 'memory.max';
const V1 = 'memory/memory.limit_in_bytes';
const GIB = 1 << 30;

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function maxMemory(files: Readonly<Record<string, string>>): Promise<number> {
  const folder = await temporaryFolder();
  folders.push(folder);
  // The server is no root.
  await chmod(folder, 0o755);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), `${content}\n`);
  }
  const options = ['--volume', `${folder}:/sys/fs/cgroup:ro`];
  const env = { NATS_SCRATCH: 'true', NATS_JETSTREAM: 'true' };
  await using container = await new ImageUnderTest(engine, image).serve({ env, options });
  return ((await container.monitor('jsz')) as { config: { max_memory: number } }).config.max_memory;
}

test.each<[string, Readonly<Record<string, string>>]>([
  ['version 2', { [V2]: String(GIB) }],
  ['version 1', { [V1]: String(GIB) }],
])('half of the limit of cgroups %s', async (_, files) => {
  expect(await maxMemory(files)).toBe(GIB / 2);
});

test.each<[string, Readonly<Record<string, string>>]>([
  ['version 2 without a limit', { [V2]: 'max' }],
  ['version 1 without a limit', { [V1]: '9223372036854771712' }],
  ['no such file', {}],
])('three quarters of the machine with %s', async (_, files) => {
  expect(await maxMemory(files)).toBeGreaterThan(GIB / 2);
});
