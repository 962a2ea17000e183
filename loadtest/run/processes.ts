// The memory of the local stack's processes, for the control server: this process with the container engine,
// workerd, and each region's nats-server.

import { basename } from 'node:path';
import type { Engine } from '../../local/engine/engine.ts';
import { descendantsOf, type ListedProcess, listProcesses } from '../../local/process-list.ts';

export interface ProcessUse {
  readonly name: string;
  readonly residentBytes: number;
  readonly cpuSeconds: number;
}

const MICROSECONDS = 1e6;

export async function readProcesses(engine: Engine): Promise<readonly ProcessUse[]> {
  const listed = await listProcesses();
  const cpu = process.cpuUsage();
  const own = {
    name: 'engine',
    residentBytes: process.memoryUsage.rss(),
    cpuSeconds: (cpu.user + cpu.system) / MICROSECONDS,
  };
  const containers = engine.list().flatMap(({ spec }) => {
    const server = spec.env.NATS_SERVER_NAME;
    return server === undefined ? [] : [{ container: spec.name, server }];
  });
  return [own, ...nameProcesses(descendantsOf(process.pid, listed), containers)];
}

/** Those that are workerd or the nats-server of a container; the shell that waits for a server is left out. */
export function nameProcesses(
  listed: readonly ListedProcess[],
  containers: readonly { readonly container: string; readonly server: string }[],
): readonly ProcessUse[] {
  return listed.flatMap(({ command, residentBytes, cpuSeconds }) => {
    const program = basename(command.split(' ', 1)[0] ?? '');
    const name =
      program === 'workerd'
        ? 'workerd'
        : program === 'sh'
          ? undefined
          : containers.find(({ container }) => command.includes(`/${container}`))?.server;
    return name === undefined ? [] : [{ name, residentBytes, cpuSeconds }];
  });
}
