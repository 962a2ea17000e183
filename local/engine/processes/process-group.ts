// One container's processes as a process group: the nearest thing to a container that a plain machine has.
// As with Docker, a signal goes to the first process only, and SIGKILL to all of them.

import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';

/** What to run, and with what environment. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** A shell reports a process that died of signal n as 128 + n; Docker does the same. */
const SIGNAL_EXIT_BASE = 128;

/** The exit code of a process as a shell reports it, from what Node's `exit` event gives. */
export function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? SIGNAL_EXIT_BASE + constants.signals[signal ?? 'SIGKILL'];
}

/** A running command with all its descendants. */
export class ProcessGroup {
  readonly #child: ChildProcess;
  /** Resolves with the exit code once the first process is gone; the rest of the group is killed then. */
  readonly exited: Promise<number>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.kill();
        resolve(exitCodeOf(code, signal));
      });
    });
  }

  /** Starts a command in a group of its own. Rejects when it cannot be run at all. */
  static start(command: Command): Promise<ProcessGroup> {
    const child = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: command.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Promise((resolve, reject) => {
      child.once('error', (cause) =>
        reject(new Error(`cannot run ${command.file}: ${cause.message}`, { cause })),
      );
      child.once('spawn', () => resolve(new ProcessGroup(child)));
    });
  }

  /** Process id of the first process, which is the id of the group as well. */
  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the process was never started');
    return this.#child.pid;
  }

  get output(): readonly Readable[] {
    return [this.#child.stdout, this.#child.stderr].filter((stream) => stream !== null);
  }

  /** Sends a signal to the first process. */
  signal(signal: NodeJS.Signals | number): void {
    this.#child.kill(signal);
  }

  /** Sends a signal to every process of the group. It is no error if they are gone already. */
  signalAll(signal: NodeJS.Signals): void {
    signalQuietly(-this.pid, signal);
  }

  /** Kills every process of the group at once. */
  kill(): void {
    killGroup(this.pid);
  }
}

/** Kills a group by its id. It is no error if it is gone already. */
export function killGroup(pid: number): void {
  killQuietly(-pid);
}

/** Kills a process, or a group by its negative id. It is no error if it is gone already. */
export function killQuietly(id: number): void {
  signalQuietly(id, 'SIGKILL');
}

function signalQuietly(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(id, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
