// What this data center knows about the regions. Decisions read the isolate's copy; what fills it runs in the background,
// but for the first of all: an isolate begins with what the data center's others have learned, if their record comes
// within a few milliseconds. They share it in the data center's cache (colo-cache.ts). Where that keeps nothing, as on
// workers.dev, each region's object remembers the round trips from each data center, and tells them with its status.

import { UNREACHABLE } from '../../api/states.ts';
import type { Observations, ServerObservation } from '../../routing/observation.ts';
import { isRoundTripsBy, LONGEST_SAMPLE_MS, type RoundTrips } from '../../routing/round-trips.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import { messageOf } from '../message-of.ts';
import type { RegionStatus } from '../region/status.ts';
import { hasPassed } from './ask-intervals.ts';
import {
  type Answer,
  betterTrips,
  type ColoRecord,
  EMPTY_RECORD,
  observationsOf,
  withAnswer,
  withIncumbent,
  withSilence,
  withTroublesOf,
} from './colo-record.ts';
import { pathMsOf } from './path-time.ts';
import type { Told } from './told.ts';
import { isAnyDue, type Ranked, regionsToAsk } from './whom-to-ask.ts';

/** What the observer needs of the platform. */
export interface ObserverHost {
  /** Asks a region for its status, and its object for what it remembers of the round trips from this data center. */
  ask(region: string, colo: string): Promise<Told>;
  /** Has a region's object remember the round trips from this data center. */
  remember(region: string, colo: string, trips: RoundTrips): Promise<void>;
  /** The record that the data center's isolates share; undefined when there is none. */
  load(colo: string): Promise<ColoRecord | undefined>;
  /** Whether the cache keeps it. */
  save(colo: string, record: ColoRecord): Promise<boolean>;
  now(): number;
  random(): number;
}

export interface RefreshOptions {
  /** The regions for clients from here, best first. */
  readonly ranked: readonly Ranked[];
  /** Whether round trips count, or only what the regions say about themselves. */
  readonly measure: boolean;
  /** The region to prefer by the switching margin from now on, given what is known: at first, only the model. */
  readonly incumbent: (observations: Observations) => string | undefined;
}

/** Minimum time between two refreshes by one isolate. */
const REFRESH_EVERY_MS = 1_000;

/** Minimum time between two looks whether one is due: for each, the regions are ranked once more. */
const LOOK_EVERY_MS = 100;

/** Data centers that one isolate remembers: one in production, many where requests only pretend to be elsewhere. */
const MAX_COLOS = 512;

/**
 * How long the first request at a data center waits for the record that its isolates share. A cache in the same building
 * answers in less; deciding without it costs a client more than this on each round trip, if the model is wrong there.
 */
export const FIRST_WAIT_MS = 5;

/** A cache that takes longer than this to read or to write is as good as none, in the background as well. */
export const CACHE_WITHIN_MS = 1_000;

/** A region that takes longer than this to answer does not: it would say nothing about the path either. */
export const ANSWER_WITHIN_MS = LONGEST_SAMPLE_MS;

interface Kept {
  record: ColoRecord;
  /** The first load, until it has ended or nobody waits for it any more. */
  firstLoad?: Promise<void>;
  hasBegun?: true;
  refreshedAt: number;
  /** When it was last looked whether any is to be asked. */
  lookedAt: number;
  /** The regions that have been asked and have not answered yet, and since when: a request that is cut off never says so. */
  readonly asking: Map<string, number>;
  /** The observations of `record`, computed when first requested. */
  observations?: Observations;
  madeAt?: number;
}

/** Observations stay good for this long before states may have become too old. */
const OBSERVATIONS_VALID_MS = 1_000;

export class Observer {
  readonly #kept = new Map<string, Kept>();

  /**
   * Adopts the record that the data center's isolates share, when the first request from there arrives. Returns the load,
   * if any is under way, and whether this caller began it; never rejects. Whoever waits for it does so for FIRST_WAIT_MS.
   */
  begin(
    colo: string,
    load: ObserverHost['load'],
  ): { readonly load: Promise<void>; readonly isMine: boolean } | undefined {
    const kept = this.#keep(colo);
    if (kept.hasBegun) return kept.firstLoad && { load: kept.firstLoad, isMine: false };
    kept.hasBegun = true;
    kept.firstLoad = this.#adopt(colo, load).finally(() => delete kept.firstLoad);
    return { load: kept.firstLoad, isMine: true };
  }

  /** Nobody waits for the first load any more: it may have ended with the request that began it. */
  stopWaiting(colo: string): void {
    delete this.#keep(colo).firstLoad;
  }

  /** What is known at a data center, without waiting. */
  observations(colo: string, now: number): Observations {
    const kept = this.#keep(colo);
    if (kept.observations === undefined || hasPassed(OBSERVATIONS_VALID_MS, kept.madeAt ?? 0, now)) {
      kept.observations = observationsOf(kept.record, now);
      kept.madeAt = now;
    }
    return kept.observations;
  }

  /** Records the result of an attempt to hand a client over. */
  note(colo: string, change: (record: ColoRecord) => ColoRecord): void {
    this.#update(colo, change);
  }

  /** Whether it is time to `refresh`; says yes to one caller per interval. */
  isDue(colo: string, ranked: () => readonly Ranked[], now: number): boolean {
    const kept = this.#keep(colo);
    if (!hasPassed(REFRESH_EVERY_MS, kept.refreshedAt, now) || !hasPassed(LOOK_EVERY_MS, kept.lookedAt, now))
      return false;
    kept.lookedAt = now;
    if (!isAnyDue(kept.record, ranked(), now)) return false;
    kept.refreshedAt = now;
    return true;
  }

  /** Adopts what other isolates have learned, asks the regions that are due, and shares the result. */
  async refresh(colo: string, host: ObserverHost, options: RefreshOptions): Promise<void> {
    const chooseIn = (record: ColoRecord) =>
      withIncumbent(record, options.incumbent(observationsOf(record, host.now())));
    await this.#adopt(colo, (from) => host.load(from));
    this.#update(colo, (record) => (record.incumbent === undefined ? chooseIn(record) : record));
    const { record: known, asking } = this.#keep(colo);
    const now = host.now();
    const isAsked = (id: string) =>
      !hasPassed(ANSWER_WITHIN_MS, asking.get(id) ?? Number.NEGATIVE_INFINITY, now);
    const due = regionsToAsk(known, options.ranked, now, host.random()).filter((id) => !isAsked(id));
    if (due.length === 0) return;
    await Promise.all(due.map((region) => this.#ask(colo, region, host, options.measure)));
    this.#update(colo, chooseIn);
    const { record } = this.#keep(colo);
    if (await isKept(host, colo, record)) return;
    await Promise.all(due.map((region) => remember(host, colo, region, record)));
  }

  /** A cache that fails is as good as none. */
  async #adopt(colo: string, load: ObserverHost['load']): Promise<void> {
    try {
      const shared = await withTimeout(load(colo), CACHE_WITHIN_MS, late(CACHE_WITHIN_MS));
      if (shared !== undefined) this.#update(colo, (record) => newer(record, shared));
    } catch (error) {
      console.warn(`the cache of ${colo} cannot be read: ${messageOf(error)}`);
    }
  }

  async #ask(colo: string, region: string, host: ObserverHost, measure: boolean): Promise<void> {
    const started = host.now();
    const { asking } = this.#keep(colo);
    asking.set(region, started);
    try {
      const status = await withTimeout(host.ask(region, colo), ANSWER_WITHIN_MS, late(ANSWER_WITHIN_MS));
      const rttMs = measure ? pathMsOf(status, host.now() - started) : undefined;
      const answer: Answer = {
        state: status.state,
        ...(status.state === UNREACHABLE && status.problem !== undefined && { problem: status.problem }),
        ...(status.clients !== undefined && { clients: status.clients }),
        ...(status.maxClients !== undefined && { maxClients: status.maxClients }),
        ...(status.servers !== undefined && { servers: serversUp(status.servers) }),
        ...(status.peers !== undefined && { peers: status.peers }),
        ...(isRoundTripsBy(status.remembered, started) && { remembered: status.remembered }),
        ...(rttMs !== undefined && { rttMs }),
      };
      this.#update(colo, (record) => withAnswer(record, region, answer, started));
    } catch (error) {
      console.warn(`region ${region} does not answer in ${colo}: ${messageOf(error)}`);
      this.#update(colo, (record) => withSilence(record, region, started));
    } finally {
      asking.delete(region);
    }
  }

  #update(colo: string, change: (record: ColoRecord) => ColoRecord): void {
    const kept = this.#keep(colo);
    const record = change(kept.record);
    if (record === kept.record) return;
    kept.record = record;
    delete kept.observations;
  }

  #keep(colo: string): Kept {
    const known = this.#kept.get(colo);
    if (known !== undefined) return known;
    if (this.#kept.size >= MAX_COLOS) this.#kept.clear();
    const kept: Kept = {
      record: EMPTY_RECORD,
      refreshedAt: Number.NEGATIVE_INFINITY,
      lookedAt: Number.NEGATIVE_INFINITY,
      asking: new Map(),
    };
    this.#kept.set(colo, kept);
    return kept;
  }
}

/** What is unknown of one that is up counts as half full. */
function serversUp(servers: NonNullable<RegionStatus['servers']>): readonly ServerObservation[] {
  return servers
    .filter(({ state }) => state === 'up')
    .map(({ number, clients, maxClients }) => ({
      number,
      clients: clients ?? Math.floor(maxClients / 2),
      maxClients: Math.max(1, maxClients),
    }));
}

function late(withinMs: number): string {
  return `no answer within ${withinMs / 1_000} s`;
}

async function isKept(host: ObserverHost, colo: string, record: ColoRecord): Promise<boolean> {
  try {
    return await withTimeout(host.save(colo, record), CACHE_WITHIN_MS, late(CACHE_WITHIN_MS));
  } catch (error) {
    console.warn(`the cache of ${colo} cannot be written: ${messageOf(error)}`);
    return false;
  }
}

/** An object that cannot remember now will when it is asked next. */
async function remember(host: ObserverHost, colo: string, region: string, record: ColoRecord): Promise<void> {
  const trips = record.regions[region]?.trips;
  if (trips === undefined) return;
  try {
    await withTimeout(host.remember(region, colo, trips), ANSWER_WITHIN_MS, late(ANSWER_WITHIN_MS));
  } catch (error) {
    console.warn(`region ${region} does not remember the round trips from ${colo}: ${messageOf(error)}`);
  }
}

/** For each region, the record that asked it last; the results of attempts remain the isolate's own. */
function newer(own: ColoRecord, shared: ColoRecord): ColoRecord {
  const regions = { ...own.regions };
  for (const [id, theirs] of Object.entries(shared.regions)) {
    const mine = regions[id] ?? {};
    const trips = betterTrips(mine.trips, theirs.trips);
    const told = (theirs.askedAt ?? 0) > (mine.askedAt ?? 0) ? withTroublesOf(mine, theirs) : mine;
    if (told !== mine || trips !== mine.trips) regions[id] = { ...told, ...(trips && { trips }) };
  }
  const incumbent = shared.incumbent ?? own.incumbent;
  return { regions, ...(incumbent !== undefined && { incumbent }) };
}
