// When something was measured: the times of deliveries, answers and connects, kept as the first and the last of each
// quarter of a second, so that a run of days fits; and the times in which there were none.

import type { Ending, Unmeasured } from './ending.ts';
import { lengthOf, type Span, totalOf } from './spans.ts';

const BUCKET_MS = 250;

/** A shorter time without a sample is just the time between two samples. */
const MIN_MS = 1_000;

/** The same of a script that measures seldom: so many times its usual distance between two samples. */
const USUAL_DISTANCES = 5;

/** What answers to the load: a sample of these is a measurement. */
const ANSWERS = new Set([
  'nats_delivered',
  'nats_delivery',
  'nats_request',
  'nats_ping',
  'nats_journal_acknowledged',
]);

/** Of these a value of 0 says that nothing came. */
const COUNTED = new Set(['nats_delivered', 'nats_journal_acknowledged']);

/** What a time without measurements may be at most, of a run that is green: so long, or such a share of the run. */
const LIMIT_MS = 2_000;
const LIMIT_SHARE = 0.05;

/** What of a run's time has to be measured. */
export interface Asked {
  readonly ending: Ending;
  /** From the first sample to the last. */
  readonly durationMs: number;
  /** A script that looks for a limit, and ends when it has found it. */
  readonly endsEarly: boolean;
}

export class Coverage {
  readonly #answers = new Map<number, Span>();
  readonly #connects = new Map<number, Span>();
  readonly #dueKinds = new Set<string>();
  #firstDue = Number.POSITIVE_INFINITY;
  #lastDue = Number.NEGATIVE_INFINITY;

  note(metric: string, { value, kind }: { value: number; kind: string | undefined }, offsetMs: number): void {
    if (metric === 'nats_due') {
      this.#dueKinds.add(kind ?? 'message');
      this.#firstDue = Math.min(this.#firstDue, offsetMs);
      this.#lastDue = Math.max(this.#lastDue, offsetMs);
    } else if (metric === 'nats_connect') noteIn(this.#connects, offsetMs);
    else if (ANSWERS.has(metric) && !(COUNTED.has(metric) && value === 0)) noteIn(this.#answers, offsetMs);
  }

  /** The times between the first sample and the planned end in which nothing was measured. */
  unmeasured(asked: Asked): readonly Unmeasured[] {
    const measured = this.#measured();
    const to = this.#end(asked, measured);
    const [first] = measured;
    if (first === undefined) return to > MIN_MS ? [{ fromMs: 0, toMs: to }] : [];
    // What comes before is setting up, unless something was due.
    const from = Math.min(first.fromMs, Math.max(0, this.#firstDue));
    const edges = [{ fromMs: from, toMs: from }, ...measured, { fromMs: to, toMs: to }];
    const between = edges.slice(1).map(({ fromMs }, index) => ({
      fromMs: edges[index]?.toMs ?? 0,
      toMs: fromMs,
    }));
    const limit = Math.max(MIN_MS, USUAL_DISTANCES * usualDistance(measured));
    return between.filter((span) => lengthOf(span) > limit);
  }

  /** Connecting is a measurement where it is what is asked: a client that comes back to publish measures nothing yet. */
  #measured(): readonly Span[] {
    const connects = this.#dueKinds.size === 0 || this.#dueKinds.has('connect') ? this.#connects : [];
    return [...this.#answers.values(), ...[...connects].map(([, span]) => span)].toSorted(
      (a, b) => a.fromMs - b.fromMs,
    );
  }

  #end({ ending, durationMs, endsEarly }: Asked, measured: readonly Span[]): number {
    const { kind, plannedMs } = ending;
    const last = Math.max(0, this.#lastDue, ...measured.slice(-1).map(({ toMs }) => toMs));
    if (plannedMs === null || endsEarly) return measured.length === 0 ? durationMs : last;
    // The user wanted no more than this.
    return kind === 'interrupted' ? Math.min(plannedMs, durationMs) : Math.max(plannedMs, this.#lastDue);
  }
}

/** Whether so much was not measured that the run says too little. */
export function isTooMuch(unmeasured: readonly Unmeasured[], runMs: number): boolean {
  return unmeasured.some((span) => lengthOf(span) > LIMIT_MS) || totalOf(unmeasured) > LIMIT_SHARE * runMs;
}

function noteIn(buckets: Map<number, Span>, offsetMs: number): void {
  const index = Math.floor(offsetMs / BUCKET_MS);
  const { fromMs, toMs } = buckets.get(index) ?? { fromMs: offsetMs, toMs: offsetMs };
  buckets.set(index, { fromMs: Math.min(fromMs, offsetMs), toMs: Math.max(toMs, offsetMs) });
}

/** The median distance between two quarters of a second with samples. */
function usualDistance(measured: readonly Span[]): number {
  const distances = measured
    .slice(1)
    .map(({ fromMs }, index) => fromMs - (measured[index]?.fromMs ?? fromMs));
  return distances.toSorted((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0;
}
