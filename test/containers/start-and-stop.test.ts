// `npm start -- --engine` leaves nothing behind, neither in the engine nor on the machine; however it ends.

import { readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { EngineClient } from '../../local/engine/containers/engine-client.ts';
import { buildWorker } from '../../local/worker-build.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { CliProcess } from '../support/cli-process.ts';
import { connectFrom } from '../support/client.ts';
import { CommandProcess, temporaryFolder } from '../support/command-process.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import {
  buildsIn,
  containersOfRuns,
  contentsOf,
  type ListedInEngine,
} from '../support/engine/engine-contents.ts';
import type { TestEngine } from '../support/engine/test-engine.ts';
import { stillAlive } from '../support/process-tree.ts';

const engine = inject('testEngine') as TestEngine;
const client = new EngineClient(engine.socket);

const STACK_PROCESS = fileURLToPath(new URL('../support/engine/stack-process.ts', import.meta.url));

const ON_ENGINE = ['--port', '0', '--engine', `unix://${engine.socket}`];
const WITH_IMAGE = [...ON_ENGINE, '--image', engine.image];
const OCEANIA = ['--regions', 'oc'];
const READY = /^ready (http:\/\/127\.0\.0\.1:\d+)$/;
const INTERRUPTED = 130;

/** What ends on its own once its killer has. */
const GONE_WITHIN_MS = 10_000;

let folder = '';
let before: readonly string[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  before = await contentsOf(client);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The containers of the runs of this file: another stack is there as well. */
async function containers(): Promise<readonly ListedInEngine[]> {
  const all = await containersOfRuns(client);
  return all.filter(({ Names = [] }) => !before.includes(`container ${Names[0]}`));
}

/** A run with the temporary folder that all runs of this file share, as on a machine. */
const start = (...args: readonly string[]) => new CliProcess({ folder, keep: true }, ...args);

async function nothingIsLeft(...runs: readonly CommandProcess[]): Promise<void> {
  let left: readonly string[] = [];
  await waitFor('nothing to be left', { timeoutMs: GONE_WITHIN_MS }, async () => {
    const added = (await contentsOf(client)).filter((each) => !before.includes(each));
    const processes = runs.flatMap(({ seen }) => stillAlive(seen)).map(({ command }) => command);
    left = [...added, ...processes, ...(await readdir(folder)).filter((name) => name !== 'update-check')];
    return left.length === 0;
  }).catch(() => expect(left).toEqual([]));
}

describe('a running stack', () => {
  test('has containers with the limits of their instance types, stops on Ctrl-C with clients on it, and leaves nothing', async () => {
    await using run = start(...WITH_IMAGE, '--regions', 'oc,eeur');
    const [, url = ''] = await run.line(READY);
    await using sydney = await connectFrom(url, cityOf('oc'), { reconnect: false });
    expect(sydney.region).toBe('oc');
    const inspected = await Promise.all(
      (await containers()).map(({ Id }) => client.call('GET', `/containers/${Id}/json`)),
    );
    // Both are `basic`.
    const limits = { HostConfig: { Memory: 1024 * 1024 * 1024, NanoCpus: 250_000_000 } };
    expect(inspected.map(({ body }) => body)).toMatchObject([limits, limits]);
    expect(await run.end('SIGINT')).toBe(0);
    await sydney.nats.closed();
    await nothingIsLeft(run);
  });

  test('at DOCKER_HOST builds the image itself, and removes it with all that it was built of', async () => {
    vi.stubEnv('DOCKER_HOST', `unix://${engine.socket}`);
    await using run = start('--port', '0', '--engine', 'docker', ...OCEANIA);
    vi.unstubAllEnvs();
    await run.line(READY);
    const added = (await contentsOf(client)).filter((each) => !before.includes(each));
    expect(added.filter((each) => each.startsWith('image '))).not.toEqual([]);
    expect(await run.end('SIGINT')).toBe(0);
    await nothingIsLeft(run);
  });
});

describe('a start that does not get there', () => {
  test.each([
    [/^ *[\d.]+ s {2}building /, ON_ENGINE],
    [/engine ready/, WITH_IMAGE],
    [/Worker running in workerd/, WITH_IMAGE],
  ] as const)('is ended by SIGINT after %s, with exit code 130, and leaves nothing', async (moment, args) => {
    await using run = start(...args, ...OCEANIA);
    await run.line(moment);
    expect(await run.end('SIGINT')).toBe(INTERRUPTED);
    await nothingIsLeft(run);
  });
});

test.runIf(engine.isOwn)(
  'a start that is ended by SIGTERM in the middle of a build leaves nothing of it',
  async () => {
    await using run = start(...ON_ENGINE, ...OCEANIA);
    await run.line(/ building meridian-run\S* on /);
    await waitFor('podman to build', { timeoutMs: 60_000, pollMs: 10 }, async () => {
      const all = await buildsIn(client);
      return all.some(({ Names = [] }) => /meridian-run/.test(`${Names[0]}`));
    });
    expect(await run.end('SIGTERM')).toBe(INTERRUPTED);
    await nothingIsLeft(run);
  },
);

describe('a stack that was killed with SIGKILL', () => {
  test('goes on in the engine until the next start, which sweeps it', async () => {
    await using killed = start(...WITH_IMAGE, ...OCEANIA);
    await killed.line(READY);
    const [{ Id: left } = { Id: '' }] = await containers();
    await killed.end('SIGKILL');
    expect((await containers()).map(({ Id }) => Id)).toEqual([left]);

    await using next = start(...WITH_IMAGE, ...OCEANIA);
    await next.line(READY);
    expect(next.output).toContain('removed 1 containers that an earlier run had left');
    const now = (await containers()).map(({ Id }) => Id);
    expect(now).toHaveLength(1);
    expect(now).not.toContain(left);
    expect(await next.end('SIGINT')).toBe(0);
    await nothingIsLeft(killed, next);
  });

  test('is swept by a start without an engine too, also one that was about to build its Worker', async () => {
    await using killed = start(...WITH_IMAGE, ...OCEANIA);
    await using early = start(...WITH_IMAGE, ...OCEANIA);
    await early.line(/engine ready/);
    await early.end('SIGKILL');
    await killed.line(READY);
    await killed.end('SIGKILL');
    await using next = start('--port', '0', ...OCEANIA);
    await next.line(READY);
    expect(await containers()).toEqual([]);
    expect(await next.end('SIGINT')).toBe(0);
    await nothingIsLeft(killed, early, next);
  });
});

test('two stacks run side by side, and the start and the end of one touch nothing of the other', async () => {
  await using one = start(...WITH_IMAGE, ...OCEANIA);
  const [, url = ''] = await one.line(READY);
  const [{ Id } = { Id: '' }] = await containers();
  await using sydney = await connectFrom(url, cityOf('oc'), { reconnect: false });
  await using other = start(...WITH_IMAGE, ...OCEANIA);
  await other.line(READY);
  expect(await containers()).toHaveLength(2);
  expect(await other.end('SIGINT')).toBe(0);
  expect(await containers()).toEqual([expect.objectContaining({ Id, State: 'running' })]);
  await sydney.nats.flush();
  expect(await one.end('SIGINT')).toBe(0);
  await nothingIsLeft(one, other);
});

describe('twenty starts, each ended in turn by SIGKILL, Ctrl-C and SIGTERM, at one moment or another', () => {
  const SIGNALS = ['SIGKILL', 'SIGINT', 'SIGTERM'] as const;
  const MOMENTS = [/engine ready/, /Worker running in workerd/, /region oc is up/, READY];
  const runs: CommandProcess[] = [];
  let build = '';

  beforeAll(async () => {
    const own = await temporaryFolder();
    build = join(own, 'build.json');
    await writeFile(build, JSON.stringify(await buildWorker(own, configOf(['oc']))));
  });

  afterAll(async () => {
    for (const run of runs) await run[Symbol.asyncDispose]();
    await rm(dirname(build), { recursive: true, force: true });
  });

  function startBuilt(): CommandProcess {
    const args = [build, `unix://${engine.socket}`, engine.image];
    const run = new CommandProcess(STACK_PROCESS, folder, args, { keep: true });
    runs.push(run);
    return run;
  }

  async function startAndEnd(count: number): Promise<void> {
    const run = startBuilt();
    await run.line(MOMENTS[count % MOMENTS.length] as RegExp);
    await run.end(SIGNALS[count % SIGNALS.length] as NodeJS.Signals);
  }

  test('leave nothing once one more has come and gone', { timeout: 240_000 }, async () => {
    // Two at a time: the start of one must not take what the other one uses for what a killed one left.
    for (let count = 0; count < 20; count += 2)
      await Promise.all([startAndEnd(count), startAndEnd(count + 1)]);
    const last = startBuilt();
    await last.line(READY);
    expect(await last.end('SIGINT')).toBe(0);
    await nothingIsLeft(...runs);
  });
});
