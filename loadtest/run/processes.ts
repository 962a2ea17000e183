// What the local stack's processes use, for the control server: this process with the container engine in it,
// workerd, and each region's nats-server.

import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import type { Engine } from '../../local/engine/engine.ts';

export interface ProcessUse {
  readonly name: string;
  readonly residentBytes: number;
  readonly cpuSeconds: number;
}

export interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  readonly residentBytes: number;
  readonly cpuSeconds: number;
  readonly command: string;
}

const BYTES_PER_KIB = 1024;
const MICROSECONDS = 1e6;

export async function readProcesses(engine: Engine): Promise<readonly ProcessUse[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,rss=,time=,args=']);
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
  return [own, ...nameProcesses(below(process.pid, parseList(stdout)), containers)];
}

/** Those that are workerd or the nats-server of a container; a server's shell waits beside it and is left out. */
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

export function parseList(text: string): readonly ListedProcess[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    if (match === null) return [];
    const [, pid, parent, resident, time = '', command = ''] = match;
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        residentBytes: Number(resident) * BYTES_PER_KIB,
        cpuSeconds: secondsOf(time),
        command,
      },
    ];
  });
}

/** `[[days-]hours:]minutes:seconds` */
function secondsOf(time: string): number {
  const [, days = '0', clock = '0'] = /^(?:(\d+)-)?(.*)$/.exec(time) ?? [];
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return Number(days) * 86_400 + seconds;
}

function below(root: number, listed: readonly ListedProcess[]): readonly ListedProcess[] {
  return listed.filter(({ parent }) => parent === root).flatMap((each) => [each, ...below(each.pid, listed)]);
}
