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
  nats_connect: 'trend',
  nats_delivery: 'trend',
  nats_delivery_service: 'trend',
  nats_request: 'trend',
  nats_ack: 'trend',
  nats_outage: 'trend',
  nats_gap: 'trend',
  nats_edit: 'trend',
  nats_edit_followed: 'trend',
  nats_edit_moved: 'trend',
  nats_newcomer: 'trend',
  nats_home: 'trend',
  nats_policy_gain: 'trend',
  clients_memory: 'trend',
  nats_published: 'counter',
  nats_delivered: 'counter',
  nats_errors: 'rate',
  nats_edit_strays: 'rate',
  nats_clients: 'gauge',
  process_memory: 'gauge',
};

/** The names of what has thresholds: metrics, and parts of them such as `nats_ping{region:oc}`. */
export type Judged = readonly string[];

export function linesOf(samples: readonly Written[], judged: Judged = []): readonly string[] {
  const seen = new Set<string>();
  return samples.flatMap(({ metric, at, value, tags = {} }) => {
    const definition = JSON.stringify({
      type: 'Metric',
      data: {
        name: metric,
        type: TYPES[metric] ?? 'counter',
        contains: TYPES[metric] === 'trend' ? 'time' : 'default',
        thresholds: judged.includes(metric) ? ['some'] : [],
        submetrics: judged.filter((name) => name.startsWith(`${metric}{`)).map((name) => ({ name })),
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

export async function writeSamples(
  file: string,
  samples: readonly Written[],
  judged: Judged = [],
): Promise<void> {
  await writeFile(file, gzipSync(`${linesOf(samples, judged).join('\n')}\n`));
}
