// The collector: one object that asks the regions every ten seconds, keeps the last day of what they say, and answers
// for all of them. Nothing in a client's way calls it.

import { DurableObject } from 'cloudflare:workers';
import { activeConfig, refreshConfig } from '../config/active-config.ts';
import type { Env } from '../env.ts';
import { messageOf } from '../message-of.ts';
import { regionStub } from '../region/region-stub.ts';
import type { MetricsWanted } from '../region/server-metrics.ts';
import type { CollectorMethods, HistoryQuery } from './collector-stub.ts';
import { type Point, pointOf } from './history.ts';
import { DAY_MS, Ring, SLOT_MS } from './ring.ts';
import type { Snapshot } from './snapshot.ts';
import { type Asked, Survey } from './survey.ts';

/** Several who scrape at the same time get the same answer. */
const FRESH_MS = 2_000;

/** Only what the history keeps. */
const HISTORY_ONLY: MetricsWanted = { details: false, ephemeral: false };

export class MetricsCollector extends DurableObject<Env> implements CollectorMethods {
  readonly #ring: Ring;
  readonly #survey = new Survey();
  /** Of the last two seconds, by what was wanted. */
  readonly #fresh = new Map<string, { readonly at: number; readonly answer: Promise<Snapshot> }>();
  #surveys = { count: 0, seconds: 0 };

  constructor(ctx: DurableObject['ctx'], env: Env) {
    super(ctx, env);
    this.#ring = new Ring(ctx.storage.sql);
  }

  async begin(): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) === null) await this.#scheduleNext();
  }

  /** Never rejects, so that it is not repeated: the next one comes in ten seconds anyway. */
  override async alarm(): Promise<void> {
    await this.#scheduleNext();
    try {
      await refreshConfig(this.env);
      const { at, regions } = await this.#take(HISTORY_ONLY);
      this.#ring.put(pointOf(at, regions));
    } catch (error) {
      console.error(`metrics: ${messageOf(error)}`);
    }
  }

  async snapshot(wanted: MetricsWanted): Promise<Snapshot> {
    await this.begin();
    const key = `${wanted.details} ${wanted.ephemeral}`;
    const now = Date.now();
    const fresh = this.#fresh.get(key);
    if (fresh !== undefined && now - fresh.at < FRESH_MS) return fresh.answer;
    const answer = this.#take(wanted);
    this.#fresh.set(key, { at: now, answer });
    // What many wait for is not kept for longer than it is used: it may be megabytes.
    this.ctx.waitUntil(
      answer.finally(() => {
        setTimeout(() => {
          if (this.#fresh.get(key)?.answer === answer) this.#fresh.delete(key);
        }, FRESH_MS);
      }),
    );
    return answer;
  }

  async history({ lastMs, everyMs }: HistoryQuery): Promise<readonly Point[]> {
    const now = Date.now();
    const step = Math.max(1, Math.round(everyMs / SLOT_MS));
    return this.#ring.points(now - Math.min(DAY_MS, lastMs), now, step);
  }

  async #take(wanted: MetricsWanted): Promise<Snapshot> {
    const { config, version } = activeConfig(this.env);
    const at = Date.now();
    const asked = config.regions
      .filter(({ enabled }) => enabled)
      .map(
        (region): Asked => ({
          region: region.id,
          jetstream: region.jetstream,
          ask: (what) => regionStub(this.env, region).metrics(what),
        }),
      );
    const regions = await this.#survey.take(asked, wanted, Date.now);
    const { count, seconds } = this.#surveys;
    this.#surveys = { count: count + 1, seconds: seconds + (Date.now() - at) / 1_000 };
    return { at, cluster: config.cluster, version, regions, surveys: this.#surveys };
  }

  /** At the beginning of the next ten seconds. */
  #scheduleNext(): Promise<void> {
    return this.ctx.storage.setAlarm((Math.floor(Date.now() / SLOT_MS) + 1) * SLOT_MS);
  }
}
