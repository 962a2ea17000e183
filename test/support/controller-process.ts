// The controllers of clients/ in processes of their own, and what they say.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../waiting/wait-for.ts';
import { preparedOnce } from './prepared-once.ts';
import { isThere, runExample } from './run-example.ts';

const CLIENTS = fileURLToPath(new URL('../../clients/', import.meta.url));
const GO_FILES = ['go.mod', 'go.sum', 'controller/main.go'];
const BUILD_TIMEOUT_MS = 180_000;

/** A server that is told to go tells its clients within seconds. */
const SAID_WITHIN = { timeoutMs: 90_000 };

export interface Controller {
  readonly language: string;
  readonly file: string;
  readonly args: readonly string[];
}

export const TYPESCRIPT: Controller = {
  language: 'TypeScript',
  file: process.execPath,
  args: [join(CLIENTS, 'typescript/controller.ts')],
};

/** Undefined if there is no Go. */
export async function goController(): Promise<Controller | undefined> {
  if (!(await isThere('go', 'version'))) return undefined;
  const source = join(CLIENTS, 'go');
  const sources = (await readdir(source)).filter((file) => /(?<!_test)\.go$/.test(file));
  const files = [...GO_FILES, ...sources].map((file) => join(source, file));
  const folder = await preparedOnce('controller-go', files, async (into) => {
    const args = ['build', '-o', join(into, 'controller'), './controller'];
    await runExample({ file: 'go', args, cwd: source, timeoutMs: BUILD_TIMEOUT_MS });
  });
  return { language: 'Go', file: join(folder, 'controller'), args: [] };
}

export class ControllerProcess implements AsyncDisposable {
  readonly language: string;
  readonly lines: string[] = [];
  readonly #child: ReturnType<typeof spawn>;
  readonly #exited: Promise<unknown>;

  constructor({ language, file, args }: Controller, env: Readonly<Record<string, string>>) {
    this.language = language;
    this.#child = spawn(file, [...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = once(this.#child, 'exit');
    for (const input of [this.#child.stdout, this.#child.stderr])
      if (input !== null) createInterface({ input }).on('line', (line) => this.lines.push(line));
  }

  /** Resolves once it has said a line; what came before the given one does not count. */
  async says(line: string, from = 0): Promise<void> {
    await waitFor(`"${line}" of the controller in ${this.language}`, SAID_WITHIN, () =>
      this.lines.slice(from).includes(line),
    ).catch((cause: Error) => {
      throw new Error(`it said:\n${this.lines.slice(-30).join('\n')}`, { cause });
    });
  }

  /** As whoever runs it ends it. */
  async end(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    await this.#exited;
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
