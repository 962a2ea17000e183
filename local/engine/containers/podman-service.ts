// podman without a service of the system's: it needs no daemon, so a service for this run is started, and ended with it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitFor } from '../../../waiting/wait-for.ts';
import { EngineClient } from './engine-client.ts';
import { EngineUnreachable } from './engine-problem.ts';

export interface PodmanService extends AsyncDisposable {
  readonly pid: number;
}

const START_TIMEOUT_MS = 20_000;

/** Undefined where there is no podman. Returns once it answers. */
export async function startPodmanService(
  socket: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<PodmanService | undefined> {
  // In a group of its own: Ctrl-C would end it before the containers.
  const service = spawn('podman', ['system', 'service', '--time=0', `unix://${socket}`], {
    detached: true,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  service.stderr.on('data', (text) => {
    said = `${said}${text}`.slice(-2_000);
  });
  try {
    await once(service, 'spawn');
  } catch {
    return undefined;
  }
  const client = new EngineClient(socket);
  try {
    await waitFor('podman to answer', { timeoutMs: START_TIMEOUT_MS }, async () => {
      if (hasEnded(service)) return 'ended';
      await client.call('GET', '/version');
      return 'ready';
    }).then((state) => {
      if (state === 'ended') throw new EngineUnreachable(`podman's service ended at once: ${said.trim()}`);
    });
  } catch (error) {
    await end(service);
    throw error;
  }
  return { pid: service.pid ?? 0, [Symbol.asyncDispose]: () => end(service) };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function end(service: ChildProcess): Promise<void> {
  if (hasEnded(service)) return;
  const exited = once(service, 'exit');
  service.kill('SIGTERM');
  await exited;
}
