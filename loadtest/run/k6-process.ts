// k6 as a process in its own group: Ctrl-C reaches every process of the terminal's group, and on a second SIGINT k6
// ends without its summary. So it gets exactly the one that is sent here.

import { type ChildProcess, spawn } from 'node:child_process';
import { exitCodeOf, killGroup } from '../../local/engine/process-group.ts';

export interface K6Command {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

export class K6Process {
  readonly #child: ChildProcess;
  /** Resolves with the exit code. Rejects when it cannot be run at all. */
  readonly exited: Promise<number>;

  constructor({ path, args, env }: K6Command) {
    // Its progress bar and colours need the terminal itself.
    this.#child = spawn(path, args, { detached: true, env, stdio: ['ignore', 'inherit', 'inherit'] });
    this.exited = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('exit', (code, signal) => resolve(exitCodeOf(code, signal)));
    });
  }

  /** Stops it gracefully: iterations end, teardown runs, files are written. */
  stop(): void {
    this.#child.kill('SIGINT');
  }

  kill(): void {
    if (this.#child.pid !== undefined && this.#child.exitCode === null) killGroup(this.#child.pid);
  }
}
