import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../../waiting/wait-for.ts';
import { processStartOf } from '../../process-identity.ts';
import { ProcessGroup } from './process-group.ts';

const TIMEOUT = { timeoutMs: 10_000 };

const started: ProcessGroup[] = [];

afterEach(() => {
  for (const group of started.splice(0)) group.kill();
});

describe('the exit code', () => {
  test.each([0, 1, 42, 255])('is %i when the first process says so', async (code) => {
    const group = await sh(`exit ${code}`);
    expect(await group.exited).toBe(code);
  });

  test.each([
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGQUIT', 131],
    ['SIGKILL', 137],
    ['SIGTERM', 143],
  ] as const)('of a process that dies of %s is %i', async (signal, code) => {
    const group = await sh('exec sleep 60');
    group.signal(signal);
    expect(await group.exited).toBe(code);
  });

  test('of a process that handles its signal is its own', async () => {
    const group = await sh('trap "exit 7" TERM; echo ready; while :; do sleep 0.05; done');
    await firstLine(group);
    group.signal('SIGTERM');
    expect(await group.exited).toBe(7);
  });

  test('of a signal given as a number is the same', async () => {
    const group = await sh('exec sleep 60');
    group.signal(15);
    expect(await group.exited).toBe(143);
  });
});

test('a program that does not exist is an error that names it', async () => {
  const command = { file: '/does/not/exist', args: [], env: {}, cwd: '/' };
  await expect(ProcessGroup.start(command)).rejects.toThrow('cannot run /does/not/exist');
});

test('a program runs with exactly the environment and in the folder that it is given', async () => {
  const group = await ProcessGroup.start({
    file: '/bin/sh',
    args: ['-c', 'echo "$GIVEN|$HOME|$(pwd)"'],
    env: { GIVEN: 'yes' },
    cwd: '/usr',
  });
  expect(await outputOf(group)).toBe('yes||/usr\n');
});

test('output and errors are both there to be read', async () => {
  const group = await sh('echo out; echo err >&2');
  const [out, err] = await Promise.all(group.output.map((stream) => text(stream)));
  expect([out, err]).toEqual(['out\n', 'err\n']);
});

test('a kill takes the processes that the first one started', async () => {
  const group = await sh('sleep 60 & echo $!; wait');
  const child = Number(await firstLine(group));
  expect(processStartOf(child)).not.toBe('');
  group.kill();
  expect(await group.exited).toBe(137);
  await gone(child);
});

test('a signal does not take the processes that the first one started', async () => {
  const group = await sh(
    'trap "got=1; echo got it" USR1; sleep 60 & echo $!; until [ "$got" ]; do sleep 0.05; done; kill -0 $! && echo alive; wait',
  );
  const lines = linesOf(group);
  const child = Number((await lines.next()).value);
  group.signal('SIGUSR1');
  expect((await lines.next()).value).toBe('got it');
  expect((await lines.next()).value).toBe('alive');
  expect(processStartOf(child)).not.toBe('');
});

test('the rest of the group goes when the first process exits', async () => {
  const group = await sh('sleep 60 & echo $!');
  const child = Number(await firstLine(group));
  expect(await group.exited).toBe(0);
  await gone(child);
});

test('killing a group that is gone is no error', async () => {
  const group = await sh('exit 0');
  await group.exited;
  expect(() => group.kill()).not.toThrow();
});

async function sh(script: string): Promise<ProcessGroup> {
  const env = { PATH: process.env.PATH ?? '' };
  const group = await ProcessGroup.start({ file: '/bin/sh', args: ['-c', script], env, cwd: '/' });
  started.push(group);
  return group;
}

async function outputOf({ output }: ProcessGroup): Promise<string> {
  const [stdout] = output;
  return stdout === undefined ? '' : text(stdout);
}

async function firstLine({ output: [stdout] }: ProcessGroup): Promise<string> {
  if (stdout === undefined) throw new Error('the process has no output');
  const [chunk] = (await once(stdout, 'data')) as [Buffer];
  return chunk.toString().trim();
}

async function* linesOf({ output: [stdout] }: ProcessGroup): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stdout ?? []) {
    rest += chunk;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** A killed orphan is a zombie until init has reaped it; it runs no more by then. */
async function gone(pid: number): Promise<void> {
  await waitFor(`process ${pid} to be gone`, TIMEOUT, () => {
    try {
      process.kill(pid, 0);
      return isZombie(pid);
    } catch {
      return true;
    }
  });
}

async function isZombie(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
  return stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
}
