// `npm run loadtest` in a process of its own, with a temporary folder of its own and another for its report.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../local/wait-for.ts';
import { descendantsOf, type FoundProcess, stillAlive } from './process-tree.ts';

const CLI = fileURLToPath(new URL('../../loadtest/run/cli.ts', import.meta.url));

/** A stack starts within ten seconds; a busy machine takes longer. */
const LINE_TIMEOUT_MS = 60_000;

export class LoadtestProcess {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #exited: Promise<number | null>;
  readonly #lines: string[] = [];
  #seen: readonly FoundProcess[] = [];

  private constructor(folder: string, args: readonly string[]) {
    this.#folder = folder;
    this.#child = spawn(process.execPath, [CLI, ...args, '--report', this.report], {
      env: { ...process.env, TMPDIR: folder, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = once(this.#child, 'exit').then(([code]) => code as number | null);
    for (const input of [this.#child.stdout, this.#child.stderr])
      if (input !== null) createInterface({ input }).on('line', (line) => this.#lines.push(line));
  }

  static async start(...args: readonly string[]): Promise<LoadtestProcess> {
    return new LoadtestProcess(await mkdtemp(join(tmpdir(), 'meridian-test-')), args);
  }

  /** Folder of the report. */
  get report(): string {
    return join(this.#folder, 'report');
  }

  get output(): string {
    return this.#lines.join('\n');
  }

  get exited(): Promise<number | null> {
    return this.#exited;
  }

  /** Waits for a line, and notes the processes that live below this one at that moment. */
  async line(pattern: RegExp): Promise<void> {
    const found = () => this.#lines.some((line) => pattern.test(line));
    await waitFor(
      `a line like ${pattern}`,
      { timeoutMs: LINE_TIMEOUT_MS },
      () => found() || this.#child.exitCode !== null,
    );
    if (!found()) throw new Error(`it ended without a line like ${pattern}:\n${this.output}`);
    this.#seen = descendantsOf(this.#child.pid ?? 0);
  }

  get seen(): readonly FoundProcess[] {
    return this.#seen;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Commands of processes that are still there, and what is left of the stack's files. */
  async leftovers(): Promise<readonly string[]> {
    const files = (await readdir(this.#folder)).filter((name) => name.startsWith('meridian-'));
    return [...stillAlive(this.#seen).map(({ command }) => command), ...files];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.signal('SIGTERM');
      await this.#exited;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}
