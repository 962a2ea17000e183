// The result of a benchmark: samples by measure and contestant, one per round, as they are stored as JSON. Everything
// shown is computed from these.

/** A goal: `of` is at least, or at most, this many times `against`, or, without it, this much in the measure's unit. */
export interface Goal {
  readonly of: string;
  readonly against?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** A contestant with nothing of ours: where it misses the goal itself, `of` is to be as good as it. */
  readonly floor?: string;
}

/** One figure, such as the messages per second of one size. */
export interface Measure {
  readonly what: string;
  readonly unit: Unit;
  /** The contestant that the others are compared with. */
  readonly control: string;
  /** Contestant -> one value a round. */
  readonly samples: Readonly<Record<string, readonly number[]>>;
  readonly goals: readonly Goal[];
}

export type Unit = 'ms' | 'us' | 'ns' | 's' | 'msg/s' | 'MiB' | 'MiB/s' | 'KiB' | '% CPU' | 'count';

export interface BenchResult {
  readonly name: string;
  readonly title: string;
  readonly rounds: number;
  /** What a reader has to know: conditions, limits that were reached, errors counted. */
  readonly notes: readonly string[];
  readonly measures: readonly Measure[];
}

export interface MeasureOptions {
  readonly what: string;
  readonly unit: Unit;
  readonly control: string;
  readonly goals?: readonly Goal[];
}

/** Collects a measure's samples. */
export class Samples {
  readonly #options: MeasureOptions;
  readonly #samples = new Map<string, number[]>();

  /** @param contestants in the order in which they are shown */
  constructor(options: MeasureOptions, contestants: readonly string[]) {
    this.#options = options;
    for (const name of contestants) this.#samples.set(name, []);
  }

  add(contestant: string, value: number): void {
    const values = this.#samples.get(contestant) ?? [];
    this.#samples.set(contestant, [...values, value]);
  }

  get measure(): Measure {
    const { what, unit, control, goals = [] } = this.#options;
    return { what, unit, control, goals, samples: Object.fromEntries(this.#samples) };
  }
}
