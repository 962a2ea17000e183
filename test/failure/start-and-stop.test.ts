// `npm start` leaves nothing behind: no process, no port, no file; however it ends.

import { once } from 'node:events';
import { chmod, readdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkPortIsFree } from '../../local/listen.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { CliProcess } from '../support/cli-process.ts';
import { connectFrom } from '../support/client.ts';
import { temporaryFolder } from '../support/command-process.ts';
import { cityOf } from '../support/data/places.ts';
import { stillAlive } from '../support/process-tree.ts';

const REGIONS = ['--regions', 'eeur,oc'];
const ANY_PORT = ['--port', '0'];
const READY = /^ready (http:\/\/127\.0\.0\.1:(\d+))$/;

/** Exit codes of the command. */
const FAILED = 1;
const INTERRUPTED = 130;

/** Killed processes are gone milliseconds after their killer has exited, on a busy machine after a second or two. */
const GONE_WITHIN_MS = 5_000;

async function nothingIsLeft(run: CliProcess): Promise<void> {
  let left: readonly string[] = [];
  await waitFor('nothing to be left', { timeoutMs: GONE_WITHIN_MS }, async () => {
    left = await run.leftovers();
    return left.length === 0;
  }).catch(() => expect(left).toEqual([]));
}

describe('a running stack', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'stops on %s with clients on it, and leaves nothing',
    async (signal) => {
      await using run = new CliProcess(await temporaryFolder(), ...ANY_PORT, ...REGIONS);
      const [, url = '', port] = await run.line(READY);
      await using client = await connectFrom(url, cityOf('oc'), { reconnect: false });
      expect(run.seen.filter(({ command }) => command.includes('workerd serve'))).toHaveLength(1);
      expect(run.seen.filter(({ command }) => /nats-server\S* -c/.test(command))).toHaveLength(2);
      expect(await run.end(signal)).toBe(0);
      await nothingIsLeft(run);
      await checkPortIsFree('127.0.0.1', Number(port));
      await client.nats.closed();
    },
  );
});

describe('a start that does not get there', () => {
  test('is ended by SIGINT halfway, with exit code 130, and leaves nothing', async () => {
    await using run = new CliProcess(await temporaryFolder(), ...ANY_PORT);
    await run.line(/Worker running in workerd/);
    expect(run.seen.length).toBeGreaterThan(0);
    expect(await run.end('SIGINT')).toBe(INTERRUPTED);
    await nothingIsLeft(run);
  });

  test('with a nats-server that is none says so, and leaves nothing', async () => {
    await using run = new CliProcess(await temporaryFolder(), ...ANY_PORT, '--nats-server', '/bin/ls');
    expect(await run.exited).toBe(FAILED);
    expect(run.output).toContain('/bin/ls');
    expect(run.output).toMatch(/is not nats-server/);
    await nothingIsLeft(run);
  });

  test('with a nats-server that ends at once shows what became of it, and leaves nothing', async () => {
    const folder = await temporaryFolder();
    const program = join(folder, 'nats-server');
    await writeFile(
      program,
      '#!/bin/sh\n[ "$1" = --version ] && echo "nats-server: v2.15.1" && exit\nexit 3\n',
    );
    await chmod(program, 0o755);
    await using run = new CliProcess(
      await temporaryFolder(),
      ...ANY_PORT,
      ...REGIONS,
      '--nats-server',
      program,
    );
    await using _program = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
    await run.line(/exit code:? 3/);
    expect(await run.end('SIGINT')).toBe(INTERRUPTED);
    await nothingIsLeft(run);
  });

  test('on a port that is taken names the port and the way out, and leaves nothing', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    await using run = new CliProcess(await temporaryFolder(), '--port', `${port}`, ...REGIONS);
    expect(await run.exited).toBe(FAILED);
    expect(run.output).toContain(`port ${port}`);
    expect(run.output).toContain('--port');
    await nothingIsLeft(run);
    holder.close();
  });
});

describe('a stack that was killed with SIGKILL', () => {
  test('is swept by the next start, which gets its port', async () => {
    const folder = await temporaryFolder();
    await using killed = new CliProcess(folder, ...ANY_PORT, ...REGIONS);
    const [, , port = ''] = await killed.line(READY);
    const [runFolder = ''] = (await readdir(folder)).filter((name) => name.startsWith('meridian-run-'));
    await killed.end('SIGKILL');
    expect(stillAlive(killed.seen)).not.toEqual([]);

    await using next = new CliProcess(folder, '--port', port, ...REGIONS);
    const [, url = ''] = await next.line(READY);
    expect(next.output).toMatch(/ended \d+ processes that an earlier run had left/);
    expect(stillAlive(killed.seen)).toEqual([]);
    expect(await readdir(folder)).not.toContain(runFolder);
    await using client = await connectFrom(url, cityOf('oc'));
    expect(client.region).toBe('oc');
  });

  test('two stacks run side by side, and the start of one sweeps nothing of the other', async () => {
    const folder = await temporaryFolder();
    await using one = new CliProcess(folder, ...ANY_PORT, '--regions', 'oc');
    const [, url = ''] = await one.line(READY);
    await using other = new CliProcess(folder, ...ANY_PORT, '--regions', 'oc');
    await other.line(READY);
    expect(await other.end('SIGINT')).toBe(0);
    expect(stillAlive(one.seen)).toEqual(one.seen);
    await using client = await connectFrom(url, cityOf('oc'));
    expect(client.region).toBe('oc');
  });
});
