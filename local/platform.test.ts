// A platform leaves nothing behind once it is closed, even if a step of closing it fails.

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { processesBelow, stillAlive } from '../test/support/process-tree.ts';
import { waitFor } from '../waiting/wait-for.ts';
import { ensureNatsServer } from './binaries/nats-server.ts';
import { type Platform, startPlatform } from './platform.ts';
import type { WorkerBuild } from './worker-build.ts';

/** One object with a container, which starts with the first request. */
const SCRIPT = `
  export class Box {
    constructor({ container }) { this.container = container; }
    async fetch() {
      if (!this.container.running)
        this.container.start({ env: { NATS_SERVER_NAME: 'box' }, enableInternet: false });
      return new Response('started');
    }
  }
  export default { fetch: (request, env) => env.BOX.getByName('box').fetch(request) };
`;

const BUILD: WorkerBuild = {
  script: SCRIPT,
  compatibilityDate: '2026-11-01',
  compatibilityFlags: [],
  vars: {},
  objects: [{ binding: 'BOX', className: 'Box', hasContainer: true }],
  kvNamespaces: [],
  r2Buckets: [],
};

/** Of this run only, not of other runs. */
let temporary = '';

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'meridian-test-'));
  vi.stubEnv('TMPDIR', temporary);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(temporary, { recursive: true, force: true });
});

async function startWithServer(): Promise<Platform> {
  const { path } = await ensureNatsServer();
  const platform = await startPlatform({ natsServer: path, build: async () => BUILD });
  expect(await (await fetch(platform.url)).text()).toBe('started');
  await waitFor('the server to run', { timeoutMs: 20_000 }, () => platform.engine.server('box'));
  return platform;
}

/** workerd and the server, with the shell that waits beside it. */
async function running() {
  return (await processesBelow(process.pid)).filter(({ command }) =>
    /workerd|nats-server|entrypoint/.test(command),
  );
}

test('a platform that is closed leaves neither process nor file', async () => {
  const platform = await startWithServer();
  const processes = await running();
  expect(processes.length).toBeGreaterThanOrEqual(2);
  expect(await readdir(temporary)).toContainEqual(expect.stringMatching(/^meridian-run-/));
  await platform.close();
  expect(stillAlive(processes)).toEqual([]);
  expect(await readdir(temporary)).toEqual([]);
});

test('a platform of which a part cannot be stopped leaves nothing either, and says what failed', async () => {
  const platform = await startWithServer();
  const processes = await running();
  vi.spyOn(platform.engine, 'close').mockRejectedValue(new Error('the engine does not stop'));
  await expect(platform.close()).rejects.toThrow('the engine does not stop');
  expect(stillAlive(processes)).toEqual([]);
  expect(await readdir(temporary)).toEqual([]);
});

test('a platform whose Worker does not start leaves nothing', async () => {
  const { path } = await ensureNatsServer();
  const starting = startPlatform({
    natsServer: path,
    build: async () => ({ ...BUILD, script: 'not { a module' }),
  });
  await expect(starting).rejects.toThrow();
  expect(await readdir(temporary)).toEqual([]);
});
