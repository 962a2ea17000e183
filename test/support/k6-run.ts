// k6 with one of the scripts against an edge, and all of its samples.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSamples, type Sample } from '../../loadtest/report/samples.ts';
import { temporaryFolder } from './command-process.ts';

const SCRIPTS = fileURLToPath(new URL('../../loadtest/', import.meta.url));

export interface K6Options {
  readonly k6: string;
  readonly script: string;
  readonly url: string;
  /** Variables of the script. */
  readonly env: Readonly<Record<string, string>>;
}

export interface K6Result {
  readonly exitCode: number | null;
  readonly output: string;
  readonly samples: Samples;
}

export class K6Run implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #exited: Promise<number | null>;
  #output = '';

  private constructor({ k6, script, url, env }: K6Options, folder: string) {
    this.#folder = folder;
    const variables = Object.entries({ URL: url, ...env }).flatMap(([key, value]) => [
      '-e',
      `${key}=${value}`,
    ]);
    const args = [
      'run',
      '--quiet',
      '--no-color',
      '--no-usage-report',
      '--out',
      `json=${join(folder, 'samples.gz')}`,
    ];
    this.#child = spawn(k6, [...args, ...variables, join(SCRIPTS, `${script}.js`)]);
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (text: Buffer) => {
        this.#output += text.toString();
      });
    this.#exited = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  static async start(options: K6Options): Promise<K6Run> {
    return new K6Run(options, await temporaryFolder());
  }

  /** As Ctrl-C does. */
  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  /** Resolves when k6 has ended. */
  async result(): Promise<K6Result> {
    const exitCode = await this.#exited;
    const samples: Sample[] = [];
    for await (const item of readSamples(join(this.#folder, 'samples.gz'), (metric) =>
      metric.startsWith('nats_'),
    ))
      if (item.kind === 'sample') samples.push(item);
    return { exitCode, output: this.#output, samples: new Samples(samples) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#exited;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Samples of metrics, chosen by name and tags. */
export class Samples {
  readonly #all: readonly Sample[];

  constructor(all: readonly Sample[]) {
    this.#all = all;
  }

  of(metric: string, tags: Readonly<Record<string, string>> = {}): readonly Sample[] {
    return this.#all.filter(
      (sample) =>
        sample.metric === metric &&
        Object.entries(tags).every(([name, value]) => sample.tags[name] === value),
    );
  }

  /** The sum of their values. */
  count(metric: string, tags: Readonly<Record<string, string>> = {}): number {
    return this.of(metric, tags).reduce((sum, { value }) => sum + value, 0);
  }

  /**
   * Of messages: those that were due, and those that went out or did not; those that had to arrive, and those that did or
   * are missing. Of books that balance each is twice the same.
   *
   * @param receivers that each message has
   */
  messageBooks(receivers = 1): Record<'due' | 'arriving', readonly [number, number]> {
    const published = this.count('nats_published');
    const unsent = this.count('nats_unsent', { kind: 'message' });
    return {
      due: [this.count('nats_due', { kind: 'message' }), published + unsent],
      arriving: [receivers * published, this.count('nats_delivered') + this.count('nats_missing')],
    };
  }

  /** How many failed, by their kind. */
  failures(): Readonly<Record<string, number>> {
    const failed = this.of('nats_errors').filter(({ value }) => value > 0);
    return Object.fromEntries(
      [...Map.groupBy(failed, ({ tags }) => tags.kind ?? '')].map(([kind, { length }]) => [kind, length]),
    );
  }
}
