// All sinks of the configuration: when each is due, and what each is given.

import { parseDurationMs } from '../../regions/duration.ts';
import type { SinkConfig } from '../../regions/export-schema.ts';
import { batchOf } from './batch.ts';
import { samplesIn } from './render.ts';
import { Sink, type SinkMeans } from './sink.ts';
import type { SinkStatus } from './sink-status.ts';
import type { Snapshot } from './snapshot.ts';

/** As OTLP, the longest of the forms, 6 MB: what waits for a sink that is down is in memory. */
const MAX_SERIES = 10_000;

interface Pushed {
  readonly sink: Sink;
  /** When it was last given something, ms since the epoch. */
  readonly putAt?: number;
}

export class Sinks {
  readonly #means: SinkMeans;
  #configs: readonly SinkConfig[] = [];
  #pushed: ReadonlyMap<string, Pushed> = new Map();

  constructor(means: SinkMeans) {
    this.#means = means;
  }

  get statuses(): readonly SinkStatus[] {
    return [...this.#pushed.values()].map(({ sink }) => sink.status);
  }

  /** Those of the configuration now. One that stays keeps its queue and its counts; one that goes takes them with it. */
  configure(configs: readonly SinkConfig[]): void {
    this.#configs = configs;
    const before = this.#pushed;
    this.#pushed = new Map(
      configs.map((config) => {
        const key = keyOf(config);
        return [key, before.get(key) ?? { sink: new Sink(config, this.#means) }];
      }),
    );
    for (const [key, { sink }] of before) if (!this.#pushed.has(key)) sink.close();
  }

  /** Whether any is to be given what is known now. */
  get areDue(): boolean {
    return this.#due().length > 0;
  }

  /** Gives the snapshot to those that are due. */
  put(snapshot: Snapshot): void {
    const due = this.#due();
    const samples = samplesIn(snapshot, { dialect: 'helm', maxSeries: MAX_SERIES });
    const put = due.flatMap((config): readonly (readonly [string, Pushed])[] => {
      const sink = this.#pushed.get(keyOf(config))?.sink;
      sink?.put(batchOf(config.type, samples, snapshot));
      return sink === undefined ? [] : [[keyOf(config), { sink, putAt: this.#means.now() }]];
    });
    this.#pushed = new Map([...this.#pushed, ...put]);
  }

  /** Each sends what it can. Never rejects. */
  async flush(): Promise<void> {
    await Promise.all([...this.#pushed.values()].map(({ sink }) => sink.flush()));
  }

  /** At the first look of each interval, whose beginnings are the same for all: a look that is late shifts none. */
  #due(): readonly SinkConfig[] {
    const now = this.#means.now();
    return this.#configs.filter((config) => {
      const putAt = this.#pushed.get(keyOf(config))?.putAt;
      const everyMs = parseDurationMs(config.every);
      return putAt === undefined || Math.floor(now / everyMs) !== Math.floor(putAt / everyMs);
    });
  }
}

function keyOf({ type, url, secret }: SinkConfig): string {
  return JSON.stringify([type, url, secret]);
}
