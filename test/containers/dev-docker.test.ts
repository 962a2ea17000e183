// `npm run dev:docker`, and what wrangler does with the image: all regions come up in containers and are linked, clients
// get in with the token, and nothing is left.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { wsconnect } from '@nats-io/nats-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runEngine } from '../../local/image/engine-command.ts';
import { freePort } from '../../local/listen.ts';
import { CommandProcess, temporaryFolder } from '../support/command-process.ts';
import { useDocker } from '../support/engine/docker-command.ts';

const WRANGLER = join('node_modules', 'wrangler', 'bin', 'wrangler.js');

/** Seven images are built, and six containers started, beside the stack that the suite shares. */
const START_TIMEOUT_MS = 180_000;
vi.setConfig({ testTimeout: 2 * START_TIMEOUT_MS, hookTimeout: 120_000 });

const running = useDocker();
beforeAll(() => {
  for (const [name, value] of Object.entries(running.docker.env)) vi.stubEnv(name, value);
});
afterAll(() => vi.unstubAllEnvs());

async function listed(...args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await runEngine(running.docker.engine, args);
  return stdout.split('\n').filter((line) => line !== '');
}

const containers = () => listed('ps', '--all', '--filter', 'name=workerd-', '--format', '{{.Image}}');
const images = () => listed('image', 'ls', '--filter', 'reference=cloudflare-dev/*', '--quiet');

test('wrangler dev runs all regions in containers of the image, linked, and leaves nothing', async () => {
  const before = { containers: await containers(), images: await images() };
  const port = await freePort();
  const own = await temporaryFolder();
  const args = ['--port', String(port), '--persist-to', join(own, 'state')];
  await using command = new CommandProcess('local/wrangler-dev/cli.ts', own, args);
  try {
    await command.line(/waking the regions that should be awake/, START_TIMEOUT_MS);
    await command.line(/all 15 links are up/, START_TIMEOUT_MS);
    expect((await containers()).filter((image) => /cloudflare-dev\/nats/.test(image))).toHaveLength(6);

    const servers = `ws://127.0.0.1:${port}`;
    const client = await wsconnect({ servers, token: 'development' });
    await client.flush();
    expect(client.info?.server_name).toMatch(/^nats-/);
    await client.close();
    await expect(wsconnect({ servers, reconnect: false })).rejects.toThrow(/authorization violation/i);
  } finally {
    await command.end('SIGINT');
  }
  expect(command.output).toMatch(/removed \d+ containers that wrangler left/);
  expect(await containers()).toEqual(before.containers);
  expect((await images()).length).toBe(before.images.length);
});

test('wrangler deploy --dry-run builds the image of each region', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [WRANGLER, 'deploy', '--dry-run', '--outdir', join(running.folder, 'out')],
    { env: { ...process.env, ...running.docker.env }, maxBuffer: 64 * 1024 * 1024 },
  );
  expect(stdout).toMatch(/--dry-run: exiting now/);
  for (const name of ['verify', 'wnam', 'enam', 'weur', 'eeur', 'apac', 'oc']) {
    expect(stdout).toContain(`- nats-${name} (`);
  }
});
