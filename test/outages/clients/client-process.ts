// One client program that runs: its events, and its end.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { type ClientEvent, parseEvent } from './client-event.ts';
import type { ClientCommand, ClientSpec } from './client-spec.ts';
import type { Program } from './programs.ts';

export class ClientProcess implements AsyncDisposable {
  readonly events: ClientEvent[] = [];
  /** Resolves when every lasting client is connected. */
  readonly ready: Promise<void>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #exited: Promise<void>;
  #errors = '';

  constructor(program: Program, spec: ClientSpec) {
    this.#child = spawn(program.file, [...program.args, JSON.stringify(spec)], {
      env: { ...process.env, ...program.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // A program that has ended accepts no commands; `finish` reports how it ended.
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.on('data', (bytes: Buffer) => {
      this.#errors += bytes;
    });
    const lines = createInterface({ input: this.#child.stdout });
    this.#exited = Promise.all([once(this.#child, 'exit'), once(lines, 'close')]).then(() => {});
    this.ready = new Promise((resolve, reject) => {
      this.#exited.then(() => reject(new Error(`${program.file} ended: ${this.#errors}`)), reject);
      lines.on('line', (line) => {
        const event = parseEvent(line);
        if (event.type === 'ready') resolve();
        else this.events.push(event);
      });
    });
  }

  /** Begins with the arrivals. */
  go(): void {
    this.#tell('go');
  }

  /** Ends it in order: clients that are under way are waited for. */
  async finish(): Promise<void> {
    this.#tell('stop');
    await this.#exited;
    if (this.#child.exitCode !== 0) throw new Error(`a client program failed: ${this.#errors}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
    await this.#exited.catch(() => {});
  }

  #tell(command: ClientCommand): void {
    this.#child.stdin.write(`${command}\n`);
  }
}
