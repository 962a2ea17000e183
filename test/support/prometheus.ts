// A Prometheus of its own that takes remote writes, or scrapes, where the program is installed.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import which from 'which';
import { closeServer, LOOPBACK, listenOnLoopback } from '../../local/listen.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { temporaryFolder } from './command-process.ts';

const READY_WITHIN_MS = 20_000;

/** From one point of a range to the next. */
const STEP_SECONDS = 1;

export interface FoundSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

interface Answer<T> {
  readonly status: 'success' | 'error';
  readonly error?: string;
  readonly data: T;
}

export class Prometheus implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #exited: Promise<unknown>;
  #log = '';

  private constructor(program: string, folder: string, port: number) {
    this.url = `http://${LOOPBACK}:${port}`;
    this.#folder = folder;
    this.#child = spawn(program, [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${LOOPBACK}:${port}`,
      '--web.enable-remote-write-receiver',
    ]);
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (text: Buffer) => {
        this.#log += text.toString();
      });
    this.#exited = once(this.#child, 'exit');
  }

  /** The program; undefined where it is not installed. */
  static async find(): Promise<string | undefined> {
    return (await which('prometheus', { nothrow: true })) ?? undefined;
  }

  /** @param configuration such as what it scrapes */
  static async start(program: string, configuration: object = { global: {} }): Promise<Prometheus> {
    const folder = await temporaryFolder();
    // JSON is YAML too.
    await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(configuration), { mode: 0o600 });
    const free = createServer();
    const port = await listenOnLoopback(free);
    await closeServer(free);
    const started = new Prometheus(program, folder, port);
    try {
      await waitFor('Prometheus to be ready', { timeoutMs: READY_WITHIN_MS }, async () => {
        const response = await fetch(`${started.url}/-/ready`);
        return response.ok;
      });
    } catch (cause) {
      await started[Symbol.asyncDispose]();
      throw new Error(`Prometheus did not start:\n${started.#log}`, { cause });
    }
    return started;
  }

  /** What an expression gives now. */
  async now(query: string): Promise<readonly FoundSeries[]> {
    const { result } = await this.#ask<{
      readonly result: readonly {
        readonly metric: Readonly<Record<string, string>>;
        readonly value: readonly [number, string];
      }[];
    }>('/api/v1/query', { query });
    return result.map(({ metric, value: [, value] }) => ({ labels: metric, values: [Number(value)] }));
  }

  /** What an expression gives between two moments, milliseconds since 1970. */
  async range(query: string, fromMs: number, toMs: number): Promise<readonly FoundSeries[]> {
    const { result } = await this.#ask<{
      readonly result: readonly {
        readonly metric: Readonly<Record<string, string>>;
        readonly values: readonly (readonly [number, string])[];
      }[];
    }>('/api/v1/query_range', {
      query,
      start: String(fromMs / 1000),
      end: String(toMs / 1000),
      step: String(STEP_SECONDS),
    });
    return result.map(({ metric, values }) => ({
      labels: metric,
      values: values.map(([, value]) => Number(value)),
    }));
  }

  /** The values of a label among the series of a selector. */
  labelValues(label: string, selector: string): Promise<readonly string[]> {
    return this.#ask<readonly string[]>(`/api/v1/label/${label}/values`, { 'match[]': selector });
  }

  async #ask<T>(path: string, parameters: Readonly<Record<string, string>>): Promise<T> {
    const response = await fetch(`${this.url}${path}?${new URLSearchParams(parameters)}`);
    const answer = (await response.json()) as Answer<T>;
    if (answer.status === 'error') throw new Error(`Prometheus refuses the query: ${answer.error}`);
    return answer.data;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#exited;
    await rm(this.#folder, { recursive: true, force: true });
  }
}
