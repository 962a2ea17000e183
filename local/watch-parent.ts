// Notices that whoever started this process has ended. A signal to npm, as supervisors and CI send it, ends npm alone: what
// it started would go on under process 1.

import { execFileSync } from 'node:child_process';

const POLL_MS = 300;

/** npm starts a script in a shell, which some systems leave between the two. */
const SHELL = /(^|\/)-?(ba|da|z|k)?sh$/;

/**
 * Calls `onEnd` once, when the parent has ended, or the npm that runs this as a script. A process that had no parent but
 * process 1 from the start has been put into the background on purpose.
 */
export function watchParent(onEnd: () => void): void {
  const parent = process.ppid;
  if (parent === 1) return;
  const npm = process.env.npm_lifecycle_event === undefined ? undefined : parentOfShell(parent);
  const timer = setInterval(() => {
    if (process.ppid === parent && (npm === undefined || isThere(npm))) return;
    clearInterval(timer);
    onEnd();
  }, POLL_MS);
  timer.unref();
}

/** The parent of a process that is a shell; undefined of any other. */
function parentOfShell(pid: number): number | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const [, parent, command = ''] = /^(\d+)\s+(.*)$/.exec(text) ?? [];
    return parent !== undefined && SHELL.test(command) ? Number(parent) : undefined;
  } catch {
    return undefined; // There is no `ps`, or the process has just ended, which shows at the first look.
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
