// The processes below a process, and which of them are still there later.

import { execFileSync } from 'node:child_process';
import { processStartOf } from '../../local/process-identity.ts';

export interface FoundProcess {
  readonly pid: number;
  /** When it started; together with the pid it names one process for good. */
  readonly start: string;
  readonly command: string;
}

/** All descendants of a process that live now. */
export function descendantsOf(root: number): readonly FoundProcess[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, parent, command = '']) => ({ pid: Number(pid), parent: Number(parent), command }));
  const below = (parent: number): typeof rows =>
    rows.filter((row) => row.parent === parent).flatMap((row) => [row, ...below(row.pid)]);
  return below(root)
    .map(({ pid, command }) => ({ pid, command, start: processStartOf(pid) }))
    .filter(({ start }) => start !== '');
}

/** Those that have not ended. */
export function stillAlive(processes: readonly FoundProcess[]): readonly FoundProcess[] {
  return processes.filter(({ pid, start }) => processStartOf(pid) === start);
}
