// Identifies a process by its pid and start time: a pid alone may be reused.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Field 22 of /proc/PID/stat, counted after the command's name, which is in parentheses and may hold anything. */
const START_TIME_FIELD = 22 - 3;

/** Field 20: a killed process holds its ports until its last thread is gone, though its first is a zombie by then. */
const THREADS_FIELD = 20 - 3;

/** Field 3 of a process that has exited but was not waited for by its parent; some parents never do. */
const ZOMBIE = 'Z';

/** When a process started, in the system's own form; empty when the process no longer exists. */
export function processStartOf(pid: number): string {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const hasEnded = fields[0] === ZOMBIE && Number(fields[THREADS_FIELD]) <= 1;
      return hasEnded ? '' : (fields[START_TIME_FIELD] ?? '');
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return ''; // No such process.
  }
}
