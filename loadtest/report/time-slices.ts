// Series over time in slices of equal length. The length of a run is unknown while its samples come in, so slices begin
// short, and are merged in pairs whenever there are too many.

import type { MetricSummary, Slice, TimeSeries } from './summary.ts';
import { Tally } from './tally.ts';

/** Even a run of ten seconds has enough of these to be compared. */
const FIRST_SLICE_MS = 500;

/** As many as a chart can show and a test of significance can use. */
const MAX_SLICES = 120;

interface Series {
  readonly type: MetricSummary['type'];
  slices: (Tally | undefined)[];
}

export class TimeSlices {
  #sliceMs = FIRST_SLICE_MS;
  readonly #metrics = new Map<string, Map<string, Series>>();

  /** @param offsetMs since the run's first sample */
  add(
    at: { metric: string; type: MetricSummary['type']; series: string },
    offsetMs: number,
    value: number,
  ): void {
    while (offsetMs >= this.#sliceMs * MAX_SLICES) this.#double();
    const series = this.#seriesOf(at);
    // Samples of several clients come in slightly out of order, also before the first.
    const index = Math.max(0, Math.floor(offsetMs / this.#sliceMs));
    let tally = series.slices[index];
    if (tally === undefined) {
      tally = Tally.ofSlice(at.type);
      series.slices[index] = tally;
    }
    tally.add(value, offsetMs);
  }

  /** @param durationMs of the run, of which the last slice may be a part only */
  result(durationMs: number): TimeSeries {
    const slices = Math.max(1, Math.ceil((durationMs + 1) / this.#sliceMs));
    const metrics: Record<string, Record<string, (Slice | null)[]>> = {};
    for (const [metric, all] of this.#metrics) {
      const found: Record<string, (Slice | null)[]> = {};
      for (const [name, { slices: tallies }] of all) {
        found[name] = Array.from({ length: slices }, (_, index) => {
          const lengthMs = Math.max(1, Math.min(this.#sliceMs, durationMs - index * this.#sliceMs));
          return tallies[index]?.slice(lengthMs) ?? null;
        });
      }
      metrics[metric] = found;
    }
    return { sliceMs: this.#sliceMs, slices, metrics };
  }

  #seriesOf({
    metric,
    type,
    series: name,
  }: {
    metric: string;
    type: MetricSummary['type'];
    series: string;
  }): Series {
    const all = this.#metrics.get(metric) ?? new Map<string, Series>();
    this.#metrics.set(metric, all);
    const series = all.get(name) ?? { type, slices: [] };
    all.set(name, series);
    return series;
  }

  #double(): void {
    this.#sliceMs *= 2;
    for (const series of this.#metrics.values()) {
      for (const each of series.values()) {
        const merged: (Tally | undefined)[] = [];
        for (const [index, tally] of each.slices.entries()) {
          if (tally === undefined) continue;
          const half = merged[index >> 1];
          if (half === undefined) merged[index >> 1] = tally;
          else half.merge(tally);
        }
        each.slices = merged;
      }
    }
  }
}
