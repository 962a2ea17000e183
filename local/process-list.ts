// The processes of this machine, as `ps` lists them on Linux and macOS alike, and the descendants of a process.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  readonly residentBytes: number;
  readonly cpuSeconds: number;
  readonly command: string;
}

const BYTES_PER_KIB = 1024;

export async function listProcesses(): Promise<readonly ListedProcess[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,rss=,time=,args=']);
  return parseList(stdout);
}

/** All descendants of a process. */
export function descendantsOf<T extends { readonly pid: number; readonly parent: number }>(
  root: number,
  listed: readonly T[],
): readonly T[] {
  return listed
    .filter(({ parent }) => parent === root)
    .flatMap((each) => [each, ...descendantsOf(each.pid, listed)]);
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
