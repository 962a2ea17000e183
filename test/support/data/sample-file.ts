// Small files of samples as k6 writes them, for tests.

import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { MetricSummary } from '../../../loadtest/report/summary.ts';

export const START = Date.parse('2026-01-02T03:04:05Z');

export interface Written {
  readonly metric: string;
  /** Milliseconds since the beginning. */
  readonly at: number;
  readonly value: number;
  readonly tags?: Readonly<Record<string, string>>;
}

const TYPES: Readonly<Record<string, MetricSummary['type']>> = {
  nats_ping: 'trend',
  nats_delivery: 'trend',
  nats_published: 'counter',
  nats_delivered: 'counter',
  nats_errors: 'rate',
  nats_clients: 'gauge',
};

export function linesOf(samples: readonly Written[]): readonly string[] {
  const seen = new Set<string>();
  return samples.flatMap(({ metric, at, value, tags = {} }) => {
    const definition = JSON.stringify({
      type: 'Metric',
      data: {
        name: metric,
        type: TYPES[metric] ?? 'counter',
        contains: 'time',
        thresholds: [],
        submetrics: null,
      },
      metric,
    });
    const time = new Date(START + at).toISOString();
    const point = JSON.stringify({ metric, type: 'Point', data: { time, value, tags } });
    const isFirst = !seen.has(metric);
    seen.add(metric);
    return isFirst ? [definition, point] : [point];
  });
}

export async function writeSamples(file: string, samples: readonly Written[]): Promise<void> {
  await writeFile(file, gzipSync(`${linesOf(samples).join('\n')}\n`));
}
