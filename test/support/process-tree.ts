// The processes below a process, and which of them are still there later.

import { processStartOf } from '../../local/process-identity.ts';
import { descendantsOf, listProcesses } from '../../local/process-list.ts';

export interface FoundProcess {
  readonly pid: number;
  /** When it started; together with the pid it names one process for good. */
  readonly start: string;
  readonly command: string;
}

/** All descendants of a process that live now. */
export async function processesBelow(root: number): Promise<readonly FoundProcess[]> {
  return descendantsOf(root, await listProcesses())
    .map(({ pid, command }) => ({ pid, command, start: processStartOf(pid) }))
    .filter(({ start }) => start !== '');
}

/** Those that have not ended. */
export function stillAlive(processes: readonly FoundProcess[]): readonly FoundProcess[] {
  return processes.filter(({ pid, start }) => processStartOf(pid) === start);
}
