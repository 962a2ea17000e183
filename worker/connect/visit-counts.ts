// Counts what became of clients, and tells the collector every few seconds, after an answer: no client waits for it. An
// isolate that ends before then loses a few seconds of counts; while the collector does not answer they are kept.

import type { Decision, Failover } from '../../routing/decision.ts';
import type { EdgeContext } from '../edge-context.ts';
import { metricsCollector } from '../metrics/collector-stub.ts';
import { figuresOfOne, type Path, type VisitCount, type VisitField, VisitTally } from '../metrics/visits.ts';
import type { Upgrade } from '../upgrade.ts';
import type { Miss } from './hand-off.ts';
import { observationsAt } from './observe.ts';

/** Well within the 30 s for which work may continue after an answer. */
const TELL_AFTER_MS = 5_000;

/** After this long nobody tells any more: work that continues after an answer may be cut off. */
const GIVEN_UP_AFTER_MS = 30_000;

/** So many visits are kept as they are, and counted at once: that costs each of them much less than to count it while it waits. */
const COUNTED_AT_ONCE = 64;

/** Combinations that are told apart until then. The rest give up where they come from. */
const MOST_COMBINATIONS = 1_000;

const FIELDS: readonly VisitField[] = ['region', 'refusal', 'cause', 'wanted', 'flags', 'colo', 'country'];

/** What became of a client. */
export interface Outcome {
  /** With the attempts; undefined if it came to none. */
  readonly decision?: Decision;
  readonly missed?: readonly Miss[];
  /** Why nobody took it. */
  readonly refusal?: string;
  /** ms since the epoch. */
  readonly cameAt: number;
}

export class VisitCounts {
  #tally = new VisitTally(FIELDS, MOST_COMBINATIONS);
  #uncounted: (() => VisitCount)[] = [];
  #tellingSince: number | undefined;

  /** True if the caller has to arrange for `tell` to be called later. @param visit called once, later @param now ms */
  add(visit: () => VisitCount, now: number): boolean {
    this.#uncounted.push(visit);
    if (this.#uncounted.length >= COUNTED_AT_ONCE) this.#count();
    const since = this.#tellingSince;
    if (since !== undefined && now - since < GIVEN_UP_AFTER_MS) return false;
    this.#tellingSince = now;
    return true;
  }

  /** Passes on what was counted; if that fails, it is told the next time. */
  async tell(to: (visits: readonly VisitCount[]) => Promise<void>): Promise<void> {
    this.#count();
    const { rows } = this.#tally;
    this.#tally = new VisitTally(FIELDS, MOST_COMBINATIONS);
    this.#tellingSince = undefined;
    try {
      await to(rows);
    } catch (error) {
      for (const row of rows) this.#tally.add(row);
      throw error;
    }
  }

  #count(): void {
    for (const visit of this.#uncounted) this.#tally.add(visit());
    this.#uncounted = [];
  }
}

/** One per isolate. */
const counts = new VisitCounts();

/** A visit for Analytics Engine; docs/observability.md has the names of its columns. */
export function pointOf(visit: VisitCount): AnalyticsEngineDataPoint {
  const { region, wanted, colo, country, flags, cause, refusal, attempts, seconds } = visit;
  return {
    indexes: [region],
    blobs: [region, wanted, colo, country, flags, cause, refusal],
    doubles: [attempts, seconds * 1_000],
  };
}

/** Counts a client of this isolate, as far as the deployment has a collector or a dataset. */
export function noteVisit({ cf }: Pick<Upgrade, 'cf'>, edge: EdgeContext, outcome: Outcome): void {
  const { CONNECTS, METRICS } = edge.env;
  if (METRICS === undefined && CONNECTS === undefined) return;
  const now = Date.now();
  const visit = () => ({
    country: placeIn(cf?.country),
    colo: placeIn(cf?.colo),
    ...visitOf(outcome, now),
  });
  // It does not wait, and what the platform does with the point is not told.
  CONNECTS?.writeDataPoint(pointOf(visit()));
  if (METRICS === undefined || !counts.add(visit, now)) return;
  const tell = async () => {
    await new Promise((resolve) => setTimeout(resolve, TELL_AFTER_MS));
    await counts.tell(async (visits) => {
      await metricsCollector(edge.env)?.visits({ visits, paths: pathsOf(visits) });
    });
  };
  edge.background('visits', tell());
}

function visitOf({ decision, missed = [], refusal, cameAt }: Outcome, now: number) {
  const { winner = '', failover, pinned = false, panic = false, wake } = decision ?? {};
  const [first] = missed;
  const region = refusal === undefined ? winner : '';
  const flags = { failover: failover !== undefined, pin: pinned, panic, wake: wake !== undefined };
  return {
    region,
    wanted: failover?.from ?? (winner || (first?.region ?? '')),
    flags: Object.entries(flags)
      .flatMap(([name, isSet]) => (isSet ? [name] : []))
      .join(),
    cause: refusal === undefined ? causeOf(failover, first) : codeOf(first),
    refusal: refusal ?? '',
    ...figuresOfOne(missed.length + (region === '' ? 0 : 1), now - cameAt),
  };
}

/** Of a failover by the decision its own; of one by the attempts, what the region answered. */
function causeOf(failover: Failover | undefined, first: Miss | undefined): string {
  if (failover === undefined) return '';
  const { cause } = failover;
  return cause.effect === 'fail' ? codeOf(first) : cause.code;
}

function codeOf(miss: Miss | undefined): string {
  return miss === undefined ? '' : (miss.code ?? 'no-answer');
}

/** Whatever a request says: only a code of two or three letters counts. */
function placeIn(value: unknown): string {
  return typeof value === 'string' && /^[A-Z][A-Z0-9]{1,2}$/.test(value) ? value : '';
}

/** What the data centers of these visits have measured. */
function pathsOf(visits: readonly VisitCount[]): readonly Path[] {
  const now = Date.now();
  return [...new Set(visits.map(({ colo }) => colo))].flatMap((colo) =>
    [...observationsAt(colo, now).regions].flatMap(([region, { measurement }]) =>
      measurement === undefined || colo === '' ? [] : [{ colo, region, seconds: measurement.ms / 1_000 }],
    ),
  );
}
