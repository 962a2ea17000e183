// The collector: one object that asks the regions every ten seconds, keeps the last day of what they say, and answers
// for all of them. Nothing in a client's way calls it.

import { DurableObject } from 'cloudflare:workers';
import type { EditFact, Foreseen } from '../../api/forecast-facts.ts';
import { externalRegions, type MeridianConfig, ownRegions } from '../../regions/config.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import { activeConfig, refreshConfig } from '../config/active-config.ts';
import type { Env } from '../env.ts';
import { externalStatus } from '../external/external-status.ts';
import { jetStreamKeeper } from '../jetstream/keeper-stub.ts';
import { messageOf } from '../message-of.ts';
import { regionStub } from '../region/region-stub.ts';
import type { MetricsWanted } from '../region/server-figures.ts';
import type { SessionFigures } from '../sessions/session-figures.ts';
import { sessionRegistry } from '../sessions/session-stubs.ts';
import type { CollectorMethods, HistoryQuery } from './collector-stub.ts';
import { ForecastBook } from './forecast-book.ts';
import { type Served, servedIn } from './forecast-fact.ts';
import { type Point, pointOf } from './history.ts';
import { isRecent } from './is-recent.ts';
import { DAY_MS, Ring, SLOT_MS } from './ring.ts';
import { Sinks } from './sinks.ts';
import type { AdmissionSnapshot, ExternalSnapshot, Snapshot } from './snapshot.ts';
import { type Asked, Survey } from './survey.ts';
import { VisitBook, type VisitedHour } from './visit-book.ts';
import { failoversIn } from './visit-metrics.ts';
import type { VisitBatch } from './visits.ts';

/** Several who scrape at the same time get the same answer. */
const FRESH_MS = 2_000;

/** The Keeper looks at all servers to answer: it is not asked more often than it looks by itself. */
const ADMISSION_VALID_MS = 10_000;
const ADMISSION_WITHIN_MS = 4_500;

/** Of sessions: it asks nobody to answer. */
const REGISTRY_WITHIN_MS = 2_000;

/** Only what the history keeps. */
const HISTORY_ONLY: MetricsWanted = { details: false, ephemeral: false };

/** As a scrape gets it by default. */
const PUSHED: MetricsWanted = { details: true, ephemeral: false };

export class MetricsCollector extends DurableObject<Env> implements CollectorMethods {
  readonly #ring: Ring;
  readonly #survey = new Survey();
  /** Of the last two seconds, by what was wanted. */
  readonly #fresh = new Map<string, { readonly at: number; readonly answer: Promise<Snapshot> }>();
  readonly #book: VisitBook;
  readonly #forecasts: ForecastBook;
  readonly #sinks = new Sinks({
    fetch: (url, init) => fetch(url, init),
    now: Date.now,
    random: Math.random,
    secretOf: (name) => {
      const secret: unknown = Reflect.get(this.env, name);
      return typeof secret === 'string' ? secret : undefined;
    },
  });
  #surveys = { count: 0, seconds: 0 };
  #admission: { readonly at: number; readonly answer: Promise<AdmissionSnapshot | undefined> } | undefined;

  constructor(ctx: DurableObject['ctx'], env: Env) {
    super(ctx, env);
    this.#ring = new Ring(ctx.storage.sql);
    this.#book = new VisitBook(ctx.storage.sql);
    this.#forecasts = new ForecastBook(ctx.storage.sql);
  }

  async begin(): Promise<void> {
    const next = await this.ctx.storage.getAlarm();
    // One that is further away is from before the clock was set back.
    if (next === null || next - Date.now() > 2 * SLOT_MS) await this.#scheduleNext();
  }

  /** Never rejects, so that it is not repeated: the next one comes in ten seconds anyway. */
  override async alarm(): Promise<void> {
    await this.#scheduleNext();
    try {
      this.#book.flush(Date.now());
      await refreshConfig(this.env);
      const { at, regions } = await this.#take(HISTORY_ONLY);
      this.#ring.put(pointOf(at, regions, failoversIn(this.#book.visits(at))));
    } catch (error) {
      console.error(`metrics: ${messageOf(error)}`);
    }
    // The next look does not wait for sinks.
    this.ctx.waitUntil(this.#push());
  }

  async #push(): Promise<void> {
    try {
      this.#sinks.configure(activeConfig(this.env).config.export);
      if (this.#sinks.areDue) this.#sinks.put(await this.snapshot(PUSHED));
      await this.#sinks.flush();
    } catch (error) {
      console.error(`metrics for sinks: ${messageOf(error)}`);
    }
  }

  async snapshot(wanted: MetricsWanted): Promise<Snapshot> {
    await this.begin();
    const key = `${wanted.details} ${wanted.ephemeral}`;
    const now = Date.now();
    const fresh = this.#fresh.get(key);
    if (fresh !== undefined && isRecent(fresh.at, now, FRESH_MS)) return fresh.answer;
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
    const step = Math.max(1, Math.ceil(everyMs / SLOT_MS));
    return this.#ring.points(now - Math.min(DAY_MS, lastMs), now, step);
  }

  async visits(batch: VisitBatch): Promise<void> {
    const now = Date.now();
    this.#book.add(batch, now);
    for (const { region } of batch.visits) this.#survey.taken(region, now);
  }

  async foreseen(foreseen: Foreseen): Promise<void> {
    // What is compared with later must not be more than what is left after a reset.
    this.#book.flush(Date.now());
    this.#forecasts.add(foreseen, this.#served);
  }

  async forecasts(): Promise<readonly EditFact[]> {
    return this.#forecasts.facts(this.#served);
  }

  get #served(): Served {
    return servedIn(this.#book.visits(Date.now()).totals);
  }

  async traffic(): Promise<readonly VisitedHour[]> {
    return this.#book.hours(Date.now());
  }

  async #take(wanted: MetricsWanted): Promise<Snapshot> {
    const { config, version } = activeConfig(this.env);
    const at = Date.now();
    const asked = ownRegions(config)
      .filter(({ enabled }) => enabled)
      .map(
        (region): Asked => ({
          region: region.id,
          jetstream: region.jetstream,
          drained: region.drain,
          ask: (what) => regionStub(this.env, region).metrics(what),
        }),
      );
    const hasJetStream = asked.some(({ jetstream }) => jetstream);
    const hasSessions = config.sessions.madeBy !== 'nobody';
    const [regions, external, admission, sessions] = await Promise.all([
      this.#survey.take(asked, wanted, Date.now),
      wanted.details ? this.#lookOutside(config) : [],
      wanted.details && hasJetStream ? this.#askKeeper() : undefined,
      wanted.details && hasSessions ? this.#askRegistry() : undefined,
    ]);
    // What is shown must not be more than what is left after a reset: a counter that falls by a few counts anew from zero.
    if (wanted.details) this.#book.flush(Date.now());
    const { count, seconds } = this.#surveys;
    this.#surveys = { count: count + 1, seconds: seconds + (Date.now() - at) / 1_000 };
    return {
      at,
      cluster: config.cluster,
      version,
      regions,
      ...(external.length > 0 && { external }),
      surveys: this.#surveys,
      ...(admission && { admission }),
      ...(sessions && { sessions }),
      ...(wanted.details && {
        visits: this.#book.visits(at),
        forecast: this.#forecasts.facts(this.#served)[0],
        sinks: this.#sinks.statuses,
      }),
    };
  }

  #lookOutside(config: MeridianConfig): Promise<readonly ExternalSnapshot[]> {
    const enabled = externalRegions(config).filter((region) => region.enabled);
    return Promise.all(
      enabled.map(async (region) => {
        const { state, since, tookMs } = await externalStatus(this.env, region);
        const drained = region.drain;
        return { region: region.id, drained, state, since, ...(tookMs !== undefined && { tookMs }) };
      }),
    );
  }

  async #askRegistry(): Promise<SessionFigures | undefined> {
    const registry = sessionRegistry(this.env);
    if (registry === undefined) return undefined;
    try {
      const late = `it did not answer within ${REGISTRY_WITHIN_MS} ms`;
      return await withTimeout(registry.figures(), REGISTRY_WITHIN_MS, late);
    } catch (error) {
      console.warn(`metrics of sessions: ${messageOf(error)}`);
      return undefined;
    }
  }

  #askKeeper(): Promise<AdmissionSnapshot | undefined> {
    const now = Date.now();
    if (this.#admission === undefined || !isRecent(this.#admission.at, now, ADMISSION_VALID_MS))
      this.#admission = { at: now, answer: this.#admissionNow() };
    return this.#admission.answer;
  }

  async #admissionNow(): Promise<AdmissionSnapshot | undefined> {
    const keeper = jetStreamKeeper(this.env);
    if (keeper === undefined) return undefined;
    try {
      const late = `it did not answer within ${ADMISSION_WITHIN_MS} ms`;
      const { members, problem, loss } = await withTimeout(keeper.admission(), ADMISSION_WITHIN_MS, late);
      return {
        members: members.map(({ region, state }) => ({ region, state })),
        hasProblem: problem !== undefined,
        lostStreams: loss === undefined ? 0 : (loss.failed?.missing ?? loss.streams).length,
      };
    } catch (error) {
      console.warn(`metrics of JetStream's admission: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** At the beginning of the next ten seconds. */
  #scheduleNext(): Promise<void> {
    return this.ctx.storage.setAlarm((Math.floor(Date.now() / SLOT_MS) + 1) * SLOT_MS);
  }
}
