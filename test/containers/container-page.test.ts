// Every command of docs/container.md does what the page says, in its order.

import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { runEngine } from '../../local/image/engine-command.ts';
import { useDocker } from '../support/engine/docker-command.ts';

const SBOM = 'image.cdx.json';

/** They do not end by themselves: dev-docker.test.ts and start-and-stop.test.ts run them. */
const ELSEWHERE = ['npm run dev:docker', 'npm start -- --engine docker'];

const page = await readFile('docs/container.md', 'utf8');
const commands = [...page.matchAll(/^```sh\n([^`]*)^```$/gm)].flatMap(([, block = '']) =>
  block.trim().split('\n'),
);

/** All checks of the image in turn. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const running = useDocker();
afterAll(async () => {
  await rm(SBOM, { force: true });
  await runEngine(running.docker.engine, ['image', 'rm', '--force', tagOf(process.pid)]);
});

const tagOf = (pid: number) => `meridian:page-${pid}`;

/** As on the page, but with names and ports that nobody else on this machine has. */
function ownNames(command: string): string {
  const tag = tagOf(process.pid);
  const named = command.replaceAll('meridian:local', tag).replace(/127\.0\.0\.1:\d+:(\d+)/g, '127.0.0.1::$1');
  const own = named.replace(/\bnats-(weur|alone)\b/g, `nats-$1-${process.pid}`);
  return /^npm run image/.test(own) ? `${own} --tag ${tag}` : own;
}

describe('each command runs', () => {
  test.each(commands.filter((command) => !ELSEWHERE.includes(command)))('%s', async (command) => {
    const env = { ...process.env, ...running.docker.env };
    const { stdout } = await promisify(execFile)('sh', ['-c', ownNames(command)], {
      env,
      maxBuffer: 1 << 26,
    });
    if (command.includes('healthz')) expect(stdout).toContain('"ok"');
    if (command.endsWith('-- test')) expect(stdout).toMatch(/(\d+) of \1 checks passed/);
  });
});

test('and there are such commands', () => {
  expect(commands.length).toBeGreaterThan(10);
  expect(commands).toEqual(expect.arrayContaining(ELSEWHERE));
});
