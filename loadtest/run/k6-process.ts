// k6 as a process in its own group: Ctrl-C reaches every process of the terminal's group, and on a second SIGINT k6
// ends without its summary. So it gets exactly the one that is sent here.

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { exitCodeOf, killGroup } from '../../local/engine/processes/process-group.ts';

export interface K6Command {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

export class K6Process {
  readonly #child: ChildProcess;
  /** Resolves with the exit code, once all that it wrote was read. Rejects when it cannot be run at all. */
  readonly exited: Promise<number>;

  /** @param onLine gets each line that it writes, without its end */
  constructor(
    { path, args, env }: K6Command,
    onLine: (line: string, from: 'stdout' | 'stderr') => void = () => {},
  ) {
    this.#child = spawn(path, args, { detached: true, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const { stdout, stderr } = this.#child;
    for (const [stream, from] of [
      [stdout, 'stdout'],
      [stderr, 'stderr'],
    ] as const)
      createInterface({ input: stream as Readable }).on('line', (line) => onLine(line, from));
    this.exited = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => resolve(exitCodeOf(code, signal)));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Stops it gracefully: iterations end, teardown runs, files are written. */
  stop(): void {
    this.#child.kill('SIGINT');
  }

  kill(): void {
    if (this.#child.pid !== undefined && this.#child.exitCode === null) killGroup(this.#child.pid);
  }
}
