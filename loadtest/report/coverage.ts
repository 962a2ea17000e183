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
  'nats_ack',
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

/** Where these are due, they are what is asked: a client that connects to send them measures nothing yet. */
const BEYOND_CONNECTING = ['message', 'request'];

export class Coverage {
  readonly #answers = new Map<number, Span>();
  readonly #connects = new Map<number, Span>();
  /** By kind, when something was due. */
  readonly #due = new Map<string, Map<number, Span>>();

  note(metric: string, { value, kind }: { value: number; kind: string | undefined }, offsetMs: number): void {
    if (metric === 'nats_due') noteIn(this.#dueOf(kind ?? 'message'), offsetMs);
    else if (metric === 'nats_connect') noteIn(this.#connects, offsetMs);
    else if (ANSWERS.has(metric) && !(COUNTED.has(metric) && value === 0)) noteIn(this.#answers, offsetMs);
  }

  /** The times between the first sample and the planned end in which nothing was measured that was due. */
  unmeasured(asked: Asked): readonly Unmeasured[] {
    const countsConnects = !BEYOND_CONNECTING.some((kind) => this.#due.has(kind));
    const measured = inOrder([this.#answers, ...(countsConnects ? [this.#connects] : [])]);
    const due = inOrder(
      [...this.#due].filter(([kind]) => countsConnects || kind !== 'connect').map(([, spans]) => spans),
    );
    const to = endOf(asked, { measured, due });
    const [first] = measured;
    if (first === undefined) {
      // From the first client on that was due to connect: nothing else is due to those that never could.
      const nothing = { fromMs: inOrder([...this.#due.values()])[0]?.fromMs ?? 0, toMs: to };
      return lengthOf(nothing) > MIN_MS ? [nothing] : [];
    }
    // What comes before is setting up, unless something was due.
    const from = Math.min(first.fromMs, due[0]?.fromMs ?? first.fromMs);
    const edges = [{ fromMs: from, toMs: from }, ...measured, { fromMs: to, toMs: to }];
    const between = edges.slice(1).map(({ fromMs }, index) => ({
      fromMs: edges[index]?.toMs ?? 0,
      toMs: fromMs,
    }));
    const limit = Math.max(MIN_MS, USUAL_DISTANCES * usualDistance(measured));
    const isLong = (span: Span) => lengthOf(span) > limit;
    return between
      .filter(isLong)
      .map((span) => (span.toMs === to ? span : sinceDue(span, due)))
      .filter(isLong);
  }

  /** Whether anything was due by a schedule. */
  get hasDue(): boolean {
    return this.#due.size > 0;
  }

  /** When all that was planned was over, and nothing more was due. */
  endMs(asked: Asked): number {
    return endOf(asked, { measured: inOrder([this.#answers]), due: inOrder([...this.#due.values()]) });
  }

  #dueOf(kind: string): Map<number, Span> {
    const spans = this.#due.get(kind) ?? new Map<number, Span>();
    this.#due.set(kind, spans);
    return spans;
  }
}

/** While nothing is due, as between connecting and the first message, nothing has to be measured. */
function sinceDue(span: Span, due: readonly Span[]): Span {
  if (due.length === 0) return span;
  const first = due.find(({ toMs }) => toMs > span.fromMs);
  return { fromMs: Math.min(span.toMs, Math.max(span.fromMs, first?.fromMs ?? span.toMs)), toMs: span.toMs };
}

function endOf(
  { ending, durationMs, endsEarly }: Asked,
  { measured, due }: { readonly measured: readonly Span[]; readonly due: readonly Span[] },
): number {
  const { kind, plannedMs } = ending;
  const lastDue = due.at(-1)?.toMs ?? 0;
  const last = Math.max(lastDue, measured.at(-1)?.toMs ?? 0);
  if (plannedMs === null || endsEarly) return measured.length === 0 ? durationMs : last;
  // The user wanted no more than this.
  return kind === 'interrupted' ? Math.min(plannedMs, durationMs) : Math.max(plannedMs, lastDue);
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

function inOrder(all: readonly ReadonlyMap<number, Span>[]): readonly Span[] {
  return all.flatMap((spans) => [...spans.values()]).toSorted((a, b) => a.fromMs - b.fromMs);
}

/** The median distance between two quarters of a second with samples. */
function usualDistance(measured: readonly Span[]): number {
  const distances = measured
    .slice(1)
    .map(({ fromMs }, index) => fromMs - (measured[index]?.fromMs ?? fromMs));
  return distances.toSorted((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0;
}
