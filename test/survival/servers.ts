// Looks at the servers themselves, not through the edge: which of them lives, and what it holds of the stream.

import { setTimeout as delay } from 'node:timers/promises';
import type { AppContainer } from '../../local/engine/app-container.ts';
import type { Engine } from '../../local/engine/engine.ts';
import { MONITORING_PORT } from '../../regions/container-ports.ts';
import { instanceNameOf } from '../../regions/names.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import type { Life, Reading, Struck } from './observed.ts';

const LOOK_EVERY_MS = 100;
const ANSWERS_WITHIN_MS = 1_000;

/** What `/jsz?streams=true` says, in part. */
interface Jsz {
  readonly disabled?: boolean;
  readonly account_details?: readonly {
    readonly stream_detail?: readonly {
      readonly name: string;
      readonly state: { readonly last_seq: number };
    }[];
  }[];
}

interface Living {
  readonly region: string;
  readonly app: AppContainer;
  readonly begunAt: number;
  endedAt?: number;
  readonly readings: Reading[];
}

export class Servers {
  readonly #engine: Engine;
  readonly #stream: string;
  readonly #lives: Living[] = [];
  readonly #loops: readonly Promise<void>[];
  #isRunning = true;

  constructor(engine: Engine, stream: string, regions: readonly string[]) {
    this.#engine = engine;
    this.#stream = stream;
    this.#loops = regions.map((region) => this.#watch(region));
  }

  /** The last sequence that each server that answers now holds. */
  lastSequences(): ReadonlyMap<string, number> {
    return new Map(
      this.#lives.flatMap(({ region, endedAt, readings }) => {
        const reading = readings.at(-1);
        return endedAt === undefined && reading !== undefined ? [[region, reading.lastSeq] as const] : [];
      }),
    );
  }

  /** The same, read after the call. */
  async afterLook(): Promise<ReadonlyMap<string, number>> {
    const at = Date.now();
    await waitFor('a look at every server', { timeoutMs: 2 * ANSWERS_WITHIN_MS }, () => {
      const living = this.#lives.filter(({ endedAt }) => endedAt === undefined);
      return living.every(({ readings }) => (readings.at(-1)?.at ?? 0) >= at);
    });
    return this.lastSequences();
  }

  /** Ends looking. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    await Promise.all(this.#loops);
  }

  /** All lives, and what was done to them. */
  livesAfter(struck: readonly Struck[]): readonly Life[] {
    return this.#lives.map(({ region, begunAt, endedAt, readings }) => {
      const hit = struck.find(
        (each) =>
          each.region === region &&
          each.refused === undefined &&
          each.at >= begunAt &&
          each.at <= (endedAt ?? Number.POSITIVE_INFINITY),
      );
      return {
        region,
        begunAt,
        ...(endedAt !== undefined && { endedAt }),
        ...(hit && { blow: hit.blow, struckAt: hit.at }),
        readings,
      };
    });
  }

  async #watch(region: string): Promise<void> {
    while (this.#isRunning) {
      const app = this.#engine.server(instanceNameOf(region))?.app;
      if (app !== undefined) await this.#look(this.#lifeOf(region, app));
      await delay(LOOK_EVERY_MS);
    }
  }

  #lifeOf(region: string, app: AppContainer): Living {
    const known = this.#lives.find((each) => each.app === app && each.endedAt === undefined);
    if (known !== undefined) return known;
    const life: Living = { region, app, begunAt: Date.now(), readings: [] };
    this.#lives.push(life);
    void app.wait().then(() => {
      life.endedAt = Date.now();
    });
    return life;
  }

  /** A server that does not answer adds nothing to what is known of it. */
  async #look({ app, readings }: Living): Promise<void> {
    try {
      const port = await app.port(MONITORING_PORT);
      const at = Date.now();
      const answer = await fetch(`http://127.0.0.1:${port}/jsz?streams=true`, {
        signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
      });
      const { disabled = false, account_details = [] } = (await answer.json()) as Jsz;
      if (disabled) return;
      const streams = account_details.flatMap(({ stream_detail = [] }) => stream_detail);
      readings.push({ at, lastSeq: streams.find(({ name }) => name === this.#stream)?.state.last_seq ?? 0 });
    } catch {
      // It starts, hangs or ends.
    }
  }
}
