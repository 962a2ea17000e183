// A real container engine, ready to be used: found, reached, asked what it can, and rid of what killed runs left in it.

import { join } from 'node:path';
import { checkSocket, Untrusted } from '../../trust.ts';
import type { CanLimit } from './container-runtime.ts';
import { EngineClient } from './engine-client.ts';
import { EngineUnreachable } from './engine-problem.ts';
import { type Environment, findSocket } from './find-socket.ts';
import { startPodmanService } from './podman-service.ts';
import { sweepEngine } from './sweep.ts';

export interface OpenEngineOptions {
  /** `docker`, `podman`, or a socket such as `unix:///var/run/docker.sock`. */
  readonly engine: string;
  /** Where podman's service gets its socket when the system has none. */
  readonly folder: string;
  /** Told the id of a process that was started for it. */
  readonly onProcess: (pid: number) => void;
  readonly onProgress?: ((step: string) => void) | undefined;
  readonly env?: Environment;
}

export interface OpenEngine extends AsyncDisposable {
  readonly client: EngineClient;
  /** Whether the engine can limit memory, and how many processors it can share out; none when it cannot. */
  readonly canLimit: CanLimit;
}

interface Version {
  readonly Version?: string;
  readonly Os?: string;
  readonly Components?: readonly { readonly Name: string }[];
}

interface Info {
  readonly MemoryLimit?: boolean;
  readonly CpuCfsQuota?: boolean;
  readonly NCPU?: number;
}

/** @throws EngineUnreachable that says what to do, when it cannot be used */
export async function openEngine(options: OpenEngineOptions): Promise<OpenEngine> {
  const { onProgress } = options;
  const found = await reach(options);
  try {
    const { client, version } = found;
    if (version.Os !== undefined && version.Os !== 'linux')
      throw new EngineUnreachable(
        `the container engine at ${client.socket} runs ${version.Os} containers: switch it to Linux containers`,
      );
    const title = version.Components?.some(({ Name }) => /podman/i.test(Name)) ? 'podman' : 'Docker';
    onProgress?.(`${title} ${version.Version ?? ''} at ${client.socket}`);
    const { body: info = {} } = await client.call<Info>('GET', '/info');
    const canLimit = {
      memory: info.MemoryLimit === true,
      processors: info.CpuCfsQuota === true ? (info.NCPU ?? 0) : 0,
    };
    if (!canLimit.memory || canLimit.processors === 0)
      onProgress?.(
        `this engine cannot limit ${canLimit.memory ? 'processors' : 'memory'}: regions may use more than their instance types have`,
      );
    const swept = await sweepEngine(client);
    if (swept > 0) onProgress?.(`removed ${swept} containers that an earlier run had left`);
    return { client, canLimit, [Symbol.asyncDispose]: found.close };
  } catch (error) {
    await found.close();
    throw error;
  }
}

interface Reached {
  readonly client: EngineClient;
  readonly version: Version;
  readonly close: () => Promise<void>;
}

async function reach(options: OpenEngineOptions): Promise<Reached> {
  const { engine, folder, onProcess, onProgress, env = process.env } = options;
  const socket = await findSocket(engine, env);
  // That there is none is told when it is used.
  await checkSocket(socket).catch((error: Error) => {
    if (error instanceof Untrusted) throw new EngineUnreachable(error.message);
  });
  const client = new EngineClient(socket);
  try {
    return { client, version: await versionOf(client), close: async () => {} };
  } catch (error) {
    const isOurs = engine === 'podman' && error instanceof EngineUnreachable;
    if (!isOurs || process.platform !== 'linux' || env.CONTAINER_HOST || env.DOCKER_HOST) throw error;
    const ownSocket = join(folder, 'podman.sock');
    const service = await startPodmanService(ownSocket);
    if (service === undefined) throw error;
    onProcess(service.pid);
    onProgress?.("podman's service started for this run");
    const own = new EngineClient(ownSocket);
    return {
      client: own,
      version: await versionOf(own),
      close: async () => service[Symbol.asyncDispose](),
    };
  }
}

async function versionOf(client: EngineClient): Promise<Version> {
  return (await client.call<Version>('GET', '/version')).body ?? {};
}
