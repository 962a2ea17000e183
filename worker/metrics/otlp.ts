// OTLP/HTTP's JSON: the message ExportMetricsServiceRequest. Pure.

import { type Family, labelsOf, type Sample } from './exposition.ts';
import type { Origin } from './snapshot.ts';

/** AGGREGATION_TEMPORALITY_CUMULATIVE */
const CUMULATIVE = 2;

/** The labels that are not a data point's own but say which part of it a sample is. */
const PART_LABELS: ReadonlySet<string> = new Set(['le', 'quantile']);

type DataPoint = Readonly<Record<string, unknown>>;

/** The resource is the deployment: `service.name` is meridian, `service.instance.id` the cluster. */
export function otlpRequest(samples: readonly Sample[], { at, cluster }: Origin): unknown {
  const timeUnixNano = `${at}000000`;
  const families = Map.groupBy(samples, ({ family }) => family.name);
  const metrics = [...families.values()].flatMap((ofFamily) => {
    const [first] = ofFamily;
    return first === undefined ? [] : [metricOf(first.family, ofFamily, timeUnixNano)];
  });
  const resource = { 'service.name': 'meridian', 'service.instance.id': cluster };
  return {
    resourceMetrics: [
      {
        resource: { attributes: attributes(Object.entries(resource)) },
        scopeMetrics: [{ scope: { name: 'meridian' }, metrics }],
      },
    ],
  };
}

function metricOf({ name, type, help }: Family, samples: readonly Sample[], timeUnixNano: string): unknown {
  const about = { name, description: help };
  if (type === 'histogram' || type === 'summary') {
    const points = [...Map.groupBy(samples, (sample) => JSON.stringify(ownLabels(sample))).values()];
    const dataPoints = points.map((parts) => ({
      attributes: attributes(parts[0] === undefined ? [] : ownLabels(parts[0])),
      timeUnixNano,
      ...(type === 'histogram' ? histogramPoint(parts) : summaryPoint(parts)),
    }));
    return type === 'histogram'
      ? { ...about, histogram: { aggregationTemporality: CUMULATIVE, dataPoints } }
      : { ...about, summary: { dataPoints } };
  }
  const dataPoints = samples.map((sample) => ({
    attributes: attributes(labelsOf(sample)),
    timeUnixNano,
    asDouble: double(sample.value),
  }));
  return type === 'counter'
    ? { ...about, sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints } }
    : { ...about, gauge: { dataPoints } };
}

/** Prometheus counts all up to a bound; OTLP those between two. */
function histogramPoint(parts: readonly Sample[]): DataPoint {
  const buckets = parts
    .filter(({ suffix, labels }) => suffix === '_bucket' && labels.le !== '+Inf')
    .map(({ labels, value }) => ({ bound: Number(labels.le), upTo: value }))
    .sort((a, b) => a.bound - b.bound);
  const count = partOf(parts, '_count') ?? 0;
  const upTo = [...buckets.map((bucket) => bucket.upTo), count];
  return {
    count: String(count),
    sum: partOf(parts, '_sum'),
    explicitBounds: buckets.map(({ bound }) => bound),
    bucketCounts: upTo.map((all, index) => String(all - (upTo[index - 1] ?? 0))),
  };
}

function summaryPoint(parts: readonly Sample[]): DataPoint {
  const quantiles = parts.filter(({ labels }) => labels.quantile !== undefined);
  return {
    count: String(partOf(parts, '_count') ?? 0),
    sum: partOf(parts, '_sum'),
    quantileValues: quantiles.map(({ labels, value }) => ({
      quantile: Number(labels.quantile),
      value: double(value),
    })),
  };
}

function partOf(parts: readonly Sample[], suffix: string): number | undefined {
  return parts.find((part) => part.suffix === suffix)?.value;
}

function ownLabels(sample: Sample): readonly (readonly [string, string])[] {
  return labelsOf(sample).filter(([name]) => !PART_LABELS.has(name));
}

function attributes(labels: readonly (readonly [string, string])[]): unknown {
  return labels.map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

/** JSON has no infinity; protobuf's JSON writes it as text. */
function double(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
