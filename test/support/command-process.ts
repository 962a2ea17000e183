// A command of this project in a process of its own, with a temporary folder of its own, so that whatever it leaves
// behind, in processes or in files, can be told.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { waitFor } from '../../waiting/wait-for.ts';
import { type FoundProcess, processesBelow, stillAlive } from './process-tree.ts';

/** A stack starts within ten seconds; a busy machine takes longer. */
const LINE_TIMEOUT_MS = 60_000;

/** The file in which wrangler records its last check for updates, shared by all of its runs. */
const SHARED: ReadonlySet<string> = new Set(['update-check']);

/** An empty temporary folder; the caller removes it. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'meridian-test-'));
}

export interface CommandOptions {
  /** Whether the temporary folder outlives it. Default: false. */
  readonly keep?: boolean | undefined;
}

export class CommandProcess {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #keep: boolean;
  readonly #exited: Promise<number | null>;
  readonly #lines: string[] = [];
  #seen: readonly FoundProcess[] = [];

  /** @param folder its temporary folder, which is removed with it unless it is kept */
  constructor(
    script: string,
    folder: string,
    args: readonly string[],
    { keep = false }: CommandOptions = {},
  ) {
    this.#folder = folder;
    this.#keep = keep;
    this.#child = spawn(process.execPath, [script, ...args], {
      env: { ...process.env, TMPDIR: folder, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = once(this.#child, 'exit').then(([code]) => code as number | null);
    for (const input of [this.#child.stdout, this.#child.stderr]) {
      if (input !== null) createInterface({ input }).on('line', (line) => this.#lines.push(line));
    }
  }

  /** All that it wrote so far. */
  get output(): string {
    return this.#lines.join('\n');
  }

  /** Waits for a line and records the descendants of this process at that moment. */
  async line(pattern: RegExp, timeoutMs = LINE_TIMEOUT_MS): Promise<RegExpExecArray> {
    const found = await waitFor(`a line like ${pattern}`, { timeoutMs }, () => {
      const match = this.#lines.map((line) => pattern.exec(line)).find((each) => each !== null);
      return match ?? (this.#child.exitCode !== null && 'ended');
    });
    if (found === 'ended') throw new Error(`it ended without a line like ${pattern}:\n${this.output}`);
    this.#seen = await processesBelow(this.pid);
    return found;
  }

  /** The processes that were there when the latest awaited line came. */
  get seen(): readonly FoundProcess[] {
    return this.#seen;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends a signal and resolves with the exit code, which is null after a SIGKILL. */
  end(signal: NodeJS.Signals): Promise<number | null> {
    this.signal(signal);
    return this.#exited;
  }

  /** Resolves with the exit code. */
  get exited(): Promise<number | null> {
    return this.#exited;
  }

  /** What it left: the commands of processes, and files of its temporary folder. */
  async leftovers(): Promise<readonly string[]> {
    const files = (await readdir(this.#folder)).filter((name) => this.isLeftover(name));
    return [...stillAlive(this.#seen).map(({ command }) => command), ...files];
  }

  /** Whether a file of the temporary folder should not be there in the end. */
  protected isLeftover(name: string): boolean {
    return !SHARED.has(name);
  }

  /** Cleans up at the end of a test, whatever happened in it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.end('SIGTERM');
    if (!this.#keep) await rm(this.#folder, { recursive: true, force: true });
  }
}
