// From samples to figures: every metric as a whole, by each of its tags, and over time.

import { ClientBooks } from './client-books.ts';
import { Coverage } from './coverage.ts';
import { Edits } from './edits.ts';
import { Failures } from './failures.ts';
import { GONE, Interruptions } from './interruptions.ts';
import { type MetricDefinition, readSamples, type Sample } from './samples.ts';
import type { ClientCounts, Dimension, Figures, MetricSummary, TimeSeries } from './summary.ts';
import { Tally } from './tally.ts';
import { ThresholdSamples } from './threshold-samples.ts';
import { TimeSlices } from './time-slices.ts';

/** The scripts' own metrics, and those of k6 that say how the run went. */
const WANTED = /^(nats_.*|process_memory|clients_memory|checks|vus|iterations|dropped_iterations)$/;

/** Tags that are dimensions by themselves. */
const TAGS = ['region', 'city', 'policy', 'size', 'rate', 'kind', 'activity', 'process'] as const;

/** The policy that is measured; the others are controls. */
export const MEASURED_POLICY = 'meridian';

/** The groups of what setup() and teardown() measure. */
const SETUP = '::setup';
const TEARDOWN = '::teardown';

/** A tag with more values than this is not a dimension, and would fill the memory. */
const MAX_VALUES = 500;

export interface Aggregated {
  /** Milliseconds since 1970 of the first sample; undefined of no samples. */
  readonly startedAt: number | undefined;
  readonly durationMs: number;
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  readonly timeSeries: TimeSeries;
  readonly clients: ClientCounts;
  /** By step tag `size/rate`: milliseconds from its first sample to its last. */
  readonly stepMs: ReadonlyMap<string, number>;
  /** The same of what it published. */
  readonly stepSentMs: ReadonlyMap<string, number>;
  /** Figures of a metric in one step, by `size/rate`. */
  readonly stepFigures: ReadonlyMap<string, ReadonlyMap<string, Figures>>;
  /** The region that served most samples of a city. */
  readonly regionOfCity: ReadonlyMap<string, string>;
  readonly brokenLines: number;
  readonly coverage: Coverage;
  readonly interruptions: Interruptions;
  readonly edits: Edits;
  readonly failures: Failures;
  readonly thresholdSamples: ThresholdSamples;
}

interface MetricTallies {
  readonly definition: MetricDefinition;
  readonly all: Tally;
  readonly by: Map<Dimension, Map<string, Tally>>;
  readonly bySteps: Map<string, Tally>;
}

interface Span {
  readonly first: number;
  readonly last: number;
}

export class Aggregator {
  readonly #metrics = new Map<string, MetricTallies>();
  readonly #slices = new TimeSlices();
  readonly #steps = new Map<string, Span>();
  readonly #sentInSteps = new Map<string, Span>();
  readonly #cityRegions = new Map<string, Map<string, number>>();
  readonly #coverage = new Coverage();
  readonly #interruptions = new Interruptions();
  readonly #clientBooks = new ClientBooks();
  readonly #edits = new Edits();
  readonly #failures = new Failures();
  readonly #thresholdSamples = new ThresholdSamples();
  #brokenLines = 0;
  #startedAt: number | undefined;
  #durationMs = 0;

  /**
   * Adds a file of samples; those of several runs are overlaid.
   *
   * @param origin when the time of all of them begins, milliseconds since 1970; else each run's begins with its first
   *   sample
   */
  async addFile(file: string, site: string | null = null, origin?: number): Promise<void> {
    let first: number | undefined;
    const isWanted = (metric: string) => WANTED.test(metric) || this.#thresholdSamples.isWatched(metric);
    for await (const item of readSamples(file, isWanted)) {
      if (item.kind === 'broken') this.#brokenLines += 1;
      else if (item.kind === 'metric') this.#define(item);
      else {
        first ??= item.time;
        this.#add(item, item.time - (origin ?? first), site);
      }
    }
    if (first !== undefined) this.#startedAt = Math.min(this.#startedAt ?? first, first);
  }

  result(): Aggregated {
    const metrics = [...this.#metrics].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return {
      startedAt: this.#startedAt,
      durationMs: this.#durationMs,
      metrics: Object.fromEntries(metrics.map(([name, tallies]) => [name, summaryOf(tallies)])),
      timeSeries: this.#slices.result(this.#durationMs),
      clients: this.#clientBooks.result(this.#durationMs, this.#metrics.has('nats_clients')),
      stepMs: lengthsOf(this.#steps),
      stepSentMs: lengthsOf(this.#sentInSteps),
      stepFigures: new Map(metrics.map(([name, { bySteps }]) => [name, figuresOf(bySteps)])),
      regionOfCity: new Map([...this.#cityRegions].map(([city, regions]) => [city, mostOf(regions)])),
      brokenLines: this.#brokenLines,
      coverage: this.#coverage,
      interruptions: this.#interruptions,
      edits: this.#edits,
      failures: this.#failures,
      thresholdSamples: this.#thresholdSamples,
    };
  }

  #define(definition: MetricDefinition): void {
    for (const name of definition.judged) this.#thresholdSamples.watch(name, definition.type);
    if (!WANTED.test(definition.name) || this.#metrics.has(definition.name)) return;
    const all = new Tally(definition.type);
    this.#metrics.set(definition.name, { definition, all, by: new Map(), bySteps: new Map() });
  }

  #add(sample: Sample, offsetMs: number, site: string | null): void {
    const { metric, time, value, tags } = sample;
    // A counter that setup() raises by 0 is there so that k6 knows it, not a measurement.
    const isPriming = value === 0 && tags.group === SETUP;
    if (!isPriming) this.#thresholdSamples.note(sample);
    const tallies = this.#metrics.get(metric);
    // k6 defines every metric before its first sample.
    if (tallies === undefined) return;
    this.#durationMs = Math.max(this.#durationMs, offsetMs);
    if (tags.policy !== undefined && tags.policy !== MEASURED_POLICY) {
      addTo(tallies, 'policy', tags.policy, value, time);
      return;
    }
    this.#clientBooks.note(metric, { value, tags }, offsetMs);
    // A lower bound is no measurement: those that never came back are told apart, by the outages.
    if (metric === 'nats_outage' && tags.kind === GONE) {
      this.#interruptions.note(metric, { value, tags }, offsetMs);
      return;
    }
    tallies.all.add(value, time);
    // What setup() and teardown() do is not what the script is for.
    if (!isOutside(tags)) this.#coverage.note(metric, { value, kind: tags.kind }, offsetMs);
    this.#interruptions.note(metric, { value, tags }, offsetMs);
    this.#edits.note(metric, { value, tags }, offsetMs);
    this.#failures.note(metric, { value, tags }, offsetMs);
    for (const [dimension, name] of dimensionsOf(tags, site)) addTo(tallies, dimension, name, value, time);
    const { type } = tallies.definition;
    const part = metric === 'nats_due' ? tags.kind : (tags.region ?? tags.process);
    for (const series of part === undefined || part === '' ? ['all'] : ['all', part])
      this.#slices.add({ metric, type, series }, offsetMs, value);
    this.#noteStep(tallies, sample, offsetMs);
    if (tags.city !== undefined && tags.region !== undefined) this.#noteCity(tags.city, tags.region);
  }

  #noteStep(
    { bySteps, definition }: MetricTallies,
    { tags: { size, rate }, value, time }: Sample,
    offsetMs: number,
  ): void {
    if (size === undefined || rate === undefined) return;
    const step = `${size}/${rate}`;
    // Runs at different times are laid over one another.
    widen(this.#steps, step, offsetMs);
    if (definition.name === 'nats_published') widen(this.#sentInSteps, step, offsetMs);
    const tally = bySteps.get(step) ?? new Tally(definition.type);
    bySteps.set(step, tally);
    tally.add(value, time);
  }

  #noteCity(city: string, region: string): void {
    const regions = this.#cityRegions.get(city) ?? new Map<string, number>();
    this.#cityRegions.set(city, regions);
    regions.set(region, (regions.get(region) ?? 0) + 1);
  }
}

function widen(spans: Map<string, Span>, step: string, time: number): void {
  const span = spans.get(step) ?? { first: time, last: time };
  spans.set(step, { first: Math.min(span.first, time), last: Math.max(span.last, time) });
}

function lengthsOf(spans: ReadonlyMap<string, Span>): ReadonlyMap<string, number> {
  return new Map([...spans].map(([step, { first, last }]) => [step, last - first]));
}

function isOutside({ group }: Sample['tags']): boolean {
  return group === SETUP || group === TEARDOWN;
}

function* dimensionsOf(tags: Sample['tags'], site: string | null): Generator<readonly [Dimension, string]> {
  for (const tag of TAGS) {
    const name = tags[tag];
    if (name !== undefined && name !== '') yield [tag, name];
  }
  const { region, peer } = tags;
  if (region !== undefined && peer !== undefined) yield ['pair', `${region} < ${peer}`];
  if (site !== null) yield ['site', site];
}

function addTo(
  { by, definition }: MetricTallies,
  dimension: Dimension,
  name: string,
  ...[value, time]: readonly [value: number, time: number]
): void {
  const values = by.get(dimension) ?? new Map<string, Tally>();
  by.set(dimension, values);
  const tally = values.get(name) ?? new Tally(definition.type);
  if (!values.has(name) && values.size >= MAX_VALUES) return;
  values.set(name, tally);
  tally.add(value, time);
}

function summaryOf({ definition, all, by }: MetricTallies): MetricSummary {
  const figures = all.figures();
  const dimensions = [...by].map(([dimension, values]) => [dimension, Object.fromEntries(figuresOf(values))]);
  return {
    type: definition.type,
    contains: definition.contains,
    ...(figures && { all: figures }),
    by: Object.fromEntries(dimensions),
  };
}

function figuresOf(tallies: ReadonlyMap<string, Tally>): Map<string, Figures> {
  const sorted = [...tallies].toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  return new Map(
    sorted.flatMap(([name, tally]) => {
      const figures = tally.figures();
      return figures === undefined ? [] : [[name, figures] as const];
    }),
  );
}

function mostOf(counts: ReadonlyMap<string, number>): string {
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}
