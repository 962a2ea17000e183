// Where the engine that a user names listens: `docker`, `podman`, or a socket.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { EngineUnreachable } from './engine-problem.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The sockets to try, the likeliest first. There is always one. */
export async function socketsOf(engine: string, env: Environment = process.env): Promise<readonly string[]> {
  switch (engine) {
    case 'docker':
      return env.DOCKER_HOST ? [pathOf(env.DOCKER_HOST, 'DOCKER_HOST')] : dockerSockets(env);
    case 'podman': {
      const given = env.CONTAINER_HOST || env.DOCKER_HOST;
      return given ? [pathOf(given, 'CONTAINER_HOST or DOCKER_HOST')] : podmanSockets(env);
    }
    default:
      return [pathOf(engine, '--engine')];
  }
}

/** The first socket that is there, or else the likeliest: that there is none is told when it is used. */
export async function findSocket(engine: string, env: Environment = process.env): Promise<string> {
  const sockets = await socketsOf(engine, env);
  return sockets.find((path) => existsSync(path)) ?? (sockets[0] as string);
}

function pathOf(address: string, given: string): string {
  const path = address.startsWith('unix://') ? address.slice('unix://'.length) : address;
  if (path.startsWith('/')) return path;
  if (path === address && /^[a-z]+:\/\//.test(address))
    throw new EngineUnreachable(
      `${given} is ${address}: the ports of containers are reached on this machine, so its engine must be on it too: give a unix socket, such as unix:///var/run/docker.sock`,
    );
  throw new EngineUnreachable(
    `${given} is ${address || '""'}, which is no container engine: give docker, podman, or a socket such as unix:///var/run/docker.sock`,
  );
}

async function dockerSockets(env: Environment): Promise<readonly string[]> {
  const context = await ask('docker', ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'], env);
  return [
    ...(context?.startsWith('unix://') ? [pathOf(context, 'the context of docker')] : []),
    '/var/run/docker.sock',
    ...(env.XDG_RUNTIME_DIR ? [`${env.XDG_RUNTIME_DIR}/docker.sock`] : []),
  ];
}

async function podmanSockets(env: Environment): Promise<readonly string[]> {
  const machine = await ask(
    'podman',
    ['machine', 'inspect', '--format', '{{.ConnectionInfo.PodmanSocket.Path}}'],
    env,
  );
  const own = env.XDG_RUNTIME_DIR ? [`${env.XDG_RUNTIME_DIR}/podman/podman.sock`] : [];
  const system = ['/run/podman/podman.sock'];
  return [
    ...(machine?.startsWith('/') ? [machine] : []),
    ...(userInfo().uid === 0 ? [...system, ...own] : [...own, ...system]),
  ];
}

/** What a command writes; undefined when it is not there or fails. */
async function ask(command: string, args: readonly string[], env: Environment): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { env: { ...env }, timeout: 10_000 });
    return stdout.trim();
  } catch {
    return undefined;
  }
}
