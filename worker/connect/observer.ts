// What this data center knows about the regions. Decisions read the isolate's copy and never wait; everything that
// fills it runs in the background. The copy is shared with the data center's other isolates through its cache, of
// which each data center has exactly one.

import type { Observations } from '../../routing/observation.ts';
import { messageOf } from '../message-of.ts';
import type { RegionStatus } from '../region/status.ts';
import {
  type Answer,
  type ColoRecord,
  EMPTY_RECORD,
  isAnyDue,
  observationsOf,
  type Ranked,
  regionsToAsk,
  withAnswer,
  withIncumbent,
  withSilence,
  withTroublesOf,
} from './colo-record.ts';

/** What the observer needs of the platform. */
export interface ObserverHost {
  /** Asks a region's object for its status. */
  ask(region: string): Promise<RegionStatus>;
  /** The record that the data center's isolates share; undefined when there is none. */
  load(colo: string): Promise<ColoRecord | undefined>;
  save(colo: string, record: ColoRecord): Promise<void>;
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

/** Data centers that one isolate remembers: one in production, many where requests only pretend to be elsewhere. */
const MAX_COLOS = 512;

interface Kept {
  record: ColoRecord;
  refreshedAt: number;
  /** The observations of `record`, computed when first requested. */
  observations?: Observations;
  madeAt?: number;
}

/** Observations stay good for this long before states may have become too old. */
const OBSERVATIONS_VALID_MS = 1_000;

export class Observer {
  readonly #kept = new Map<string, Kept>();

  /** What is known at a data center, without waiting. */
  observations(colo: string, now: number): Observations {
    const kept = this.#keep(colo);
    if (kept.observations === undefined || now - (kept.madeAt ?? 0) >= OBSERVATIONS_VALID_MS) {
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
    if (now - kept.refreshedAt < REFRESH_EVERY_MS || !isAnyDue(kept.record, ranked(), now)) return false;
    kept.refreshedAt = now;
    return true;
  }

  /** Adopts what other isolates have learned, asks the regions that are due, and shares the result. */
  async refresh(colo: string, host: ObserverHost, options: RefreshOptions): Promise<void> {
    const chooseIn = (record: ColoRecord) =>
      withIncumbent(record, options.incumbent(observationsOf(record, host.now())));
    const shared = await host.load(colo);
    if (shared !== undefined) this.#update(colo, (record) => newer(record, shared));
    this.#update(colo, (record) => (record.incumbent === undefined ? chooseIn(record) : record));
    const due = regionsToAsk(this.#keep(colo).record, options.ranked, host.now(), host.random());
    if (due.length === 0) return;
    await Promise.all(due.map((region) => this.#ask(colo, region, host, options.measure)));
    this.#update(colo, chooseIn);
    await host.save(colo, this.#keep(colo).record);
  }

  async #ask(colo: string, region: string, host: ObserverHost, measure: boolean): Promise<void> {
    const started = host.now();
    try {
      const status = await host.ask(region);
      const rttMs = host.now() - started;
      // An object that had to be created first answered late for a reason that has nothing to do with the path.
      const counts = measure && status.objectAgeMs > rttMs;
      const answer: Answer = {
        state: status.state,
        ...(status.clients !== undefined && { clients: status.clients }),
        ...(status.maxClients !== undefined && { maxClients: status.maxClients }),
        ...(status.peers !== undefined && { peers: status.peers }),
        ...(counts && { rttMs }),
      };
      this.#update(colo, (record) => withAnswer(record, region, answer, started));
    } catch (error) {
      console.warn(`region ${region} does not answer in ${colo}: ${messageOf(error)}`);
      this.#update(colo, (record) => withSilence(record, region, started));
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
    const kept: Kept = { record: EMPTY_RECORD, refreshedAt: Number.NEGATIVE_INFINITY };
    this.#kept.set(colo, kept);
    return kept;
  }
}

/** For each region, the record that asked it last; the results of attempts remain the isolate's own. */
function newer(own: ColoRecord, shared: ColoRecord): ColoRecord {
  const regions = { ...own.regions };
  for (const [id, theirs] of Object.entries(shared.regions)) {
    const mine = regions[id] ?? {};
    if ((theirs.askedAt ?? 0) <= (mine.askedAt ?? 0)) continue;
    regions[id] = withTroublesOf(mine, theirs);
  }
  const incumbent = shared.incumbent ?? own.incumbent;
  return { regions, ...(incumbent !== undefined && { incumbent }) };
}
