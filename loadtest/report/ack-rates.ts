// How long acknowledgements of streams took at each rate that was offered.

import { formatTable } from '../../regions/table.ts';
import { formatCount, formatMs } from './format-value.ts';
import { type Html, table } from './page.ts';
import type { Summary } from './summary.ts';

const HEAD = ['messages offered/s', 'acknowledged', 'ack p50', 'p95', 'p99', 'max'];

export function ackRateText(summary: Summary): string | undefined {
  const rows = ackRateRows(summary);
  return rows.length === 0 ? undefined : formatTable([HEAD, ...rows]);
}

export function ackRateTable(summary: Summary): Html | undefined {
  const rows = ackRateRows(summary);
  return rows.length === 0 ? undefined : table(HEAD, rows);
}

function ackRateRows({ metrics }: Summary): readonly (readonly string[])[] {
  return Object.entries(metrics.nats_ack?.by.rate ?? {}).map(([rate, { count, p50, p95, p99, max }]) => [
    formatCount(Number(rate)),
    formatCount(count),
    ...[p50, p95, p99, max].map(formatMs),
  ]);
}
