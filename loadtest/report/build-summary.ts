// Puts a summary together: what the command knows of the run, what k6 said, and the figures of its samples.

import type { Aggregated } from './aggregate.ts';
import type { Ending } from './ending.ts';
import { lateMsOf } from './late-generator.ts';
import { endedAtLimit, kneesOf, stepsOf } from './steps.ts';
import { type CityLatency, SUMMARY_FORMAT, type Summary, type Threshold } from './summary.ts';
import { type K6Verdict, withSamples } from './thresholds.ts';
import { asCounted, isToOne, underWayOf } from './under-way.ts';

/** What the samples do not contain. */
export interface RunFacts
  extends Omit<
    Summary,
    | 'format'
    | 'durationMs'
    | 'metrics'
    | 'timeSeries'
    | 'clients'
    | 'steps'
    | 'knees'
    | 'cities'
    | 'thresholds'
    | 'unmeasured'
    | 'gaps'
    | 'outages'
    | 'edits'
    | 'failures'
  > {
  /** Of a merged run they are known whole: each run's were judged by its own samples. */
  readonly thresholds: readonly (K6Verdict | Threshold)[];
}

/** A city that k6's clients pretend to be in. */
export interface CityPlace {
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
}

/** The metrics that may colour a city; the first that the run has is used. */
const CITY_METRICS = ['nats_ping', 'nats_request', 'nats_delivery', 'nats_connect'];

export function buildSummary(facts: RunFacts, aggregated: Aggregated, cities: readonly CityPlace[]): Summary {
  const { metrics, timeSeries, clients, durationMs, startedAt, brokenLines, coverage, interruptions } =
    aggregated;
  const steps = stepsOf(aggregated, {
    isPart: (facts.runner?.of ?? 1) > 1,
    isToOne: isToOne(facts.script),
  });
  const asked = { ending: facts.ending, durationMs, endsEarly: endedAtLimit({ ...facts, steps }) };
  const endMs = facts.ending.plannedMs === null && !coverage.hasDue ? undefined : coverage.endMs(asked);
  const notes = [
    ...facts.notes,
    ...(startedAt === undefined ? ['k6 has measured nothing'] : []),
    ...(brokenLines === 0 ? [] : [`${brokenLines} lines of the samples could not be read`]),
  ];
  return {
    format: SUMMARY_FORMAT,
    ...facts,
    ending: endingWith(facts, metrics),
    startedAt: startedAt === undefined ? facts.startedAt : new Date(startedAt).toISOString(),
    notes,
    durationMs,
    thresholds: facts.thresholds.map((threshold) =>
      'samples' in threshold ? threshold : asCounted(withSamples(threshold, aggregated), facts.ending),
    ),
    unmeasured: coverage.unmeasured(asked),
    gaps: interruptions.gaps(endMs),
    outages: interruptions.outages(endMs),
    edits: aggregated.edits.result(),
    failures: aggregated.failures.result(),
    metrics,
    timeSeries,
    clients,
    steps,
    knees: kneesOf(steps),
    cities: citiesOf(aggregated, cities),
  };
}

/** How late k6 was is, of a merged run, that of its runs. */
function endingWith(facts: RunFacts, metrics: Summary['metrics']): Ending {
  const { ending, merged } = facts;
  const late = merged.length === 0 ? lateMsOf(metrics) : undefined;
  const underWay = underWayOf(facts, metrics);
  return {
    ...ending,
    ...(late !== undefined && { generatorLateMs: late }),
    ...(underWay > 0 && { underWay }),
  };
}

function citiesOf(
  { metrics, regionOfCity }: Aggregated,
  places: readonly CityPlace[],
): readonly CityLatency[] {
  const metric = CITY_METRICS.find((name) => metrics[name]?.by.city !== undefined);
  if (metric === undefined) return [];
  const byName = new Map(places.map((place) => [place.name, place]));
  return Object.entries(metrics[metric]?.by.city ?? {}).flatMap(([city, { count, p50, p95 }]) => {
    const place = byName.get(city);
    if (place === undefined) return [];
    const { latitude, longitude } = place;
    return [{ city, latitude, longitude, region: regionOfCity.get(city) ?? null, metric, count, p50, p95 }];
  });
}
