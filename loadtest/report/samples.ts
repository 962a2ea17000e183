// k6's samples (`--out json=FILE.gz`), a line at a time: a run of an hour leaves hundreds of megabytes.

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { constants, createGunzip } from 'node:zlib';
import type { MetricSummary } from './summary.ts';

export interface MetricDefinition {
  readonly kind: 'metric';
  readonly name: string;
  readonly type: MetricSummary['type'];
  readonly contains: MetricSummary['contains'];
  /** The metric, if it has thresholds itself, and its parts that have some: `nats_ping{region:weur}`. */
  readonly judged: readonly string[];
}

export interface Sample {
  readonly kind: 'sample';
  readonly metric: string;
  /** Milliseconds since 1970, with fractions. */
  readonly time: number;
  readonly value: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Lines that are not JSON: the last line of a file that k6 could not finish. */
export interface BrokenLine {
  readonly kind: 'broken';
}

interface Line {
  readonly type: 'Metric' | 'Point';
  readonly metric: string;
  readonly data: {
    readonly type: MetricSummary['type'];
    readonly contains: MetricSummary['contains'];
    readonly thresholds: readonly string[] | null;
    readonly submetrics: readonly { readonly name: string }[] | null;
    readonly time: string;
    readonly value: number;
    readonly tags: Readonly<Record<string, string>> | null;
  };
}

/** Lines begin like this, or have the metric at their end: k6 2 writes points the first way, definitions the second. */
const POINT = /^\{"metric":"([^"]+)"/;

/**
 * Everything that the file says about the wanted metrics. A file that ends too early is read as far as it goes.
 * @param isWanted called before a line is parsed, since parsing takes the time
 */
export async function* readSamples(
  file: string,
  isWanted: (metric: string) => boolean,
): AsyncGenerator<MetricDefinition | Sample | BrokenLine> {
  const source = createReadStream(file);
  // Sync flush accepts a stream that was cut off.
  const text = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  source.once('error', (error) => text.destroy(error));
  source.pipe(text);
  const lines = createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY });
  // readline does not forward its input's errors (Node 24).
  let failure: Error | undefined;
  text.once('error', (error) => {
    failure = error;
    lines.close();
  });
  for await (const line of lines) {
    const metric = POINT.exec(line)?.[1];
    if (metric === undefined || isWanted(metric)) yield parseLine(line);
  }
  if (failure !== undefined) throw failure;
}

function parseLine(line: string): MetricDefinition | Sample | BrokenLine {
  let parsed: Line;
  try {
    parsed = JSON.parse(line) as Line;
  } catch {
    return { kind: 'broken' };
  }
  const { type, metric, data } = parsed;
  if (type === 'Metric') {
    const itself = (data.thresholds ?? []).length > 0 ? [metric] : [];
    const judged = [...itself, ...(data.submetrics ?? []).map(({ name }) => name)];
    return { kind: 'metric', name: metric, type: data.type, contains: data.contains, judged };
  }
  return { kind: 'sample', metric, time: timeOf(data.time), value: data.value, tags: data.tags ?? {} };
}

/** `Date` keeps only whole milliseconds, which is enough for slices. */
function timeOf(text: string): number {
  return Date.parse(text);
}
