// What can be wrong with an engine, before a stack runs on it and while it does: a sentence with the fix, nothing left
// behind, and regions that come back.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { EngineClient } from '../../local/engine/containers/engine-client.ts';
import { type PodmanService, startPodmanService } from '../../local/engine/containers/podman-service.ts';
import { removeImage } from '../../local/engine/containers/sweep.ts';
import { buildCommand, runEngine } from '../../local/image/engine-command.ts';
import { findEngine } from '../../local/image/find-engine.ts';
import { closeServer, listen } from '../../local/listen.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { CliProcess } from '../support/cli-process.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { temporaryFolder } from '../support/command-process.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { containersOfRuns, contentsOf } from '../support/engine/engine-contents.ts';
import { isolatePodman, removeIsolated } from '../support/engine/isolated-podman.ts';
import type { TestEngine } from '../support/engine/test-engine.ts';
import { type LoggedStack, startLoggedStack } from '../support/logged-stack.ts';
import { landsIn, meshIsWhole } from '../support/mesh-state.ts';
import { ProjectCopy } from '../support/project-copy.ts';

const engine = inject('testEngine') as TestEngine;
const client = new EngineClient(engine.socket);

const FAILED = 1;
const OCEANIA = ['--port', '0', '--regions', 'oc'];
const ON_ENGINE = [...OCEANIA, '--engine', `unix://${engine.socket}`];
const PARIS = cityOf('weur');
const BACK_WITHIN_MS = 30_000;

describe('a start is refused with what is wrong and how to mend it', () => {
  let folder = '';
  let before: readonly string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meridian-test-'));
    before = await contentsOf(client);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function refusalOf(where: string | { folder: string; project: string }, ...args: readonly string[]) {
    await using run = new CliProcess(where, ...args);
    expect({ code: await run.exited, output: run.output }).toMatchObject({ code: FAILED });
    expect(run.output).not.toMatch(/^ +at /m);
    expect((await contentsOf(client)).filter((each) => !before.includes(each))).toEqual([]);
    expect(await run.leftovers()).toEqual([]);
    return run.output;
  }

  test('where there is no engine', async () => {
    const socket = join(folder, 'none.sock');
    const output = await refusalOf(await temporaryFolder(), ...OCEANIA, '--engine', `unix://${socket}`);
    expect(output).toContain(`no container engine is at ${socket}: install Docker or podman`);
  });

  test('where one does not run', async () => {
    const socket = join(folder, 'dead.sock');
    await leaveSocket(socket);
    const output = await refusalOf(await temporaryFolder(), ...OCEANIA, '--engine', socket);
    expect(output).toContain(`the container engine at ${socket} does not run: start Docker Desktop`);
  });

  test('where something else answers', async () => {
    const socket = join(folder, 'other.sock');
    const other = createServer((connection) => connection.resume().end('hello\n'));
    await listen(other, { path: socket });
    const output = await refusalOf(await temporaryFolder(), ...OCEANIA, '--engine', socket);
    expect(output).toContain(`the container engine at ${socket} broke off`);
    await closeServer(other);
  });

  test.each([
    ['kubernetes', /kubernetes, which is no container engine: give docker, podman, or a socket/],
    ['tcp://192.0.2.1:2375', /its engine must be on it too: give a unix socket/],
  ])('with --engine %s', async (given, sentence) => {
    expect(await refusalOf(await temporaryFolder(), ...OCEANIA, '--engine', given)).toMatch(sentence);
  });

  test('with an image that there is not', async () => {
    const output = await refusalOf(await temporaryFolder(), ...ON_ENGINE, '--image', 'meridian-test:none');
    expect(output).toMatch(/no such image.*build it with `npm run image -- build`/is);
  });

  test('with a port that is taken', async () => {
    const holder = createServer();
    await listen(holder, { port: 0, host: '127.0.0.1' });
    const { port } = holder.address() as { port: number };
    const args = ['--regions', 'oc', '--engine', `unix://${engine.socket}`, '--port', `${port}`];
    const output = await refusalOf(await temporaryFolder(), ...args, '--image', engine.image);
    expect(output).toContain(
      `port ${port} on 127.0.0.1 is taken by another process; choose another one with --port`,
    );
    await closeServer(holder);
  });

  test('with an image that does not build', async () => {
    await using copy = await ProjectCopy.make();
    const dockerfile = await copy.read('container/Dockerfile');
    await copy.write('container/Dockerfile', dockerfile.replace(/^FROM \$BASE.*$/m, '$&\nRUN ["/bin/none"]'));
    const output = await refusalOf({ folder: await temporaryFolder(), project: copy.path }, ...ON_ENGINE);
    expect(output).toMatch(/could not build meridian-run\S* from container\/Dockerfile/);
    expect(output).toContain('/bin/none');
  });

  test.runIf(engine.isOwn)('with a disk that is full', async () => {
    const small = join(folder, 'small');
    await mkdir(small);
    await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', 'size=52m', 'tmpfs', small]);
    try {
      const env = await isolatePodman(join(small, 'podman'));
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
      const output = await refusalOf(await temporaryFolder(), ...OCEANIA, '--engine', 'podman');
      expect(output).toMatch(/no space left on device[\s\S]*its disk is full: .*podman system prune/);
    } finally {
      vi.unstubAllEnvs();
      await removeIsolated(join(small, 'podman'));
      await promisify(execFile)('umount', [small]);
    }
  });

  test('with an image that does not start', async () => {
    const broken = `localhost/meridian-test-broken:${process.pid}`;
    const command = await findEngine({ engine: `unix://${engine.socket}`, runs: true });
    const context = await temporaryFolder();
    await writeFile(
      join(context, 'Dockerfile'),
      `FROM ${engine.image}\nENTRYPOINT ["/bin/sh", "-c", "exit 9"]\n`,
    );
    const built = await runEngine(command, [...buildCommand(command), '--tag', broken, context]);
    expect(built).toMatchObject({ code: 0 });
    before = await contentsOf(client);
    try {
      const output = await refusalOf(await temporaryFolder(), ...ON_ENGINE, '--image', broken);
      expect(output).toContain('nats-oc keeps exiting, with exit code 9');
    } finally {
      await removeImage(client, broken);
      await rm(context, { recursive: true });
    }
  });
});

describe.runIf(engine.isOwn)('an engine that is restarted while regions run', () => {
  let folder = '';
  let socket = '';
  let service: PodmanService | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meridian-test-'));
    socket = join(folder, 'podman.sock');
    service = await startPodmanService(socket);
  });

  afterAll(async () => {
    await service?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function endService(): Promise<void> {
    process.kill(service?.pid ?? 0, 'SIGKILL');
    await service?.[Symbol.asyncDispose]();
  }

  test('and leaves its containers running is missed by nobody; when it ends them, the regions come back', {
    timeout: 120_000,
  }, async () => {
    const realEngine = { engine: `unix://${socket}`, image: engine.image };
    const config = configOf(['weur', 'eeur']);
    const others = new Set((await containersOfRuns(client)).map(({ Id }) => Id));
    const ours = async () => (await containersOfRuns(client)).filter(({ Id }) => !others.has(Id));
    const { stack, log } = await startLoggedStack(config, { realEngine });
    await using _stack = { [Symbol.asyncDispose]: stack.close };
    await using paris: Client = await connectFrom(stack.url, PARIS);
    const saying = async (text: string) =>
      waitFor(`the engine to be told as: ${text}`, { timeoutMs: BACK_WITHIN_MS }, () =>
        log.some((line) => line.includes(text)),
      );

    await endService();
    await saying('regions come back when it does');
    await paris.nats.flush();
    service = await startPodmanService(socket);
    await paris.nats.flush();
    expect(paris.region).toBe('weur');

    await endService();
    const ended = (await ours()).map(({ Id }) => Id);
    expect(ended).toHaveLength(2);
    for (const id of ended) await client.call('POST', `/containers/${id}/kill`);
    service = await startPodmanService(socket);
    await saying('the container engine answers again');
    await meshIsWhole(stack, BACK_WITHIN_MS);
    await paris.nats.flush();
    expect((await ours()).filter(({ Id, State }) => State === 'running' && ended.includes(Id))).toEqual([]);
  });
});

describe('while a stack runs', () => {
  let running: LoggedStack;
  let paris: Client;

  beforeAll(async () => {
    const realEngine = { engine: `unix://${engine.socket}`, image: engine.image };
    running = await startLoggedStack(configOf(['weur', 'eeur', 'oc']), { realEngine });
    paris = await connectFrom(running.stack.url, PARIS);
  });

  afterAll(async () => {
    await paris.close();
    await running.stack.close();
  });

  /** The container of a region, as the engine has it. */
  async function containerOf(region: string): Promise<string> {
    const app = running.stack.engine.server(`nats-${region}`)?.app;
    const port = await app?.port(4222);
    const all = await client.call<readonly { Id: string; Ports?: readonly { PublicPort?: number }[] }[]>(
      'GET',
      '/containers/json',
    );
    const found = all.body?.find(({ Ports = [] }) => Ports.some(({ PublicPort }) => PublicPort === port));
    if (found === undefined) throw new Error(`the engine has no container of ${region}`);
    return found.Id;
  }

  async function isServed(): Promise<void> {
    await waitFor('the client to be served', { timeoutMs: BACK_WITHIN_MS }, async () => {
      await paris.nats.flush();
      return true;
    });
  }

  test.each([
    ['killed', 'POST', '/kill'],
    ['stopped', 'POST', '/stop?t=1'],
    ['removed', 'DELETE', '?force=true'],
  ] as const)(
    'a container that is %s from outside is replaced, and its client served meanwhile',
    async (_, method, action) => {
      const before = await containerOf('weur');
      await client.call(method, `/containers/${before}${action}`, { allow: [304] });
      await isServed();
      await meshIsWhole(running.stack, BACK_WITHIN_MS);
      await landsIn(running.stack, PARIS, 'weur');
      expect(await containerOf('weur')).not.toBe(before);
    },
  );

  test('a container that is paused from outside is a region that hangs: its client is served elsewhere, and it is replaced', async () => {
    const before = await containerOf('weur');
    await landsIn(running.stack, PARIS, 'weur');
    await using client2 = await connectFrom(running.stack.url, PARIS);
    await client.call('POST', `/containers/${before}/pause`);
    await waitFor('both clients to be served', { timeoutMs: BACK_WITHIN_MS }, () =>
      [paris, client2].every(({ region, nats }) => region !== 'weur' && !nats.isClosed()),
    );
    await isServed();
    await meshIsWhole(running.stack, BACK_WITHIN_MS);
    expect(await containerOf('weur')).not.toBe(before);
  });
});

/** A socket of a server that is gone, as one is left by an engine that was killed. */
async function leaveSocket(path: string): Promise<void> {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
  const holder: ChildProcess = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (holder.stdout !== null) await once(holder.stdout, 'data');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
}
