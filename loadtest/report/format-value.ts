// Figures for people: three significant digits, and the unit.

import type { MetricSummary } from './summary.ts';

const KIB = 1024;

export function formatMs(milliseconds: number): string {
  if (milliseconds >= 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (milliseconds >= 100) return `${milliseconds.toFixed(0)} ms`;
  return `${milliseconds.toFixed(milliseconds >= 10 ? 1 : 2)} ms`;
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= KIB && unit < units.length - 1) {
    value /= KIB;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export function formatCount(count: number): string {
  if (!Number.isInteger(count)) return count.toLocaleString('en', { maximumFractionDigits: 1 });
  return count.toLocaleString('en');
}

export function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent !== 0 && percent < 1 ? percent.toFixed(2) : percent.toFixed(1)}%`;
}

export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`;
}

/** A moment of a run, or a length where a tenth of a second matters: `12.0 s`. */
export function formatMoment(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 3600) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60) % 60;
  return `${Math.floor(seconds / 3600)} h ${minutes} min ${(seconds % 60).toFixed(0)} s`;
}

/** A number of a metric, in its unit. */
export function formatValue(
  value: number,
  { contains, type }: Pick<MetricSummary, 'contains' | 'type'>,
): string {
  if (type === 'rate') return formatShare(value);
  if (contains === 'time') return formatMs(value);
  return contains === 'data' ? formatBytes(value) : formatCount(value);
}

/** The metrics that are bytes although k6 does not say so. */
const BYTES = new Set(['process_memory', 'clients_memory', 'nats_published_bytes', 'nats_delivered_bytes']);

/** A metric with its true unit. */
export function unitOf(
  name: string,
  { type, contains }: MetricSummary,
): Pick<MetricSummary, 'contains' | 'type'> {
  return { type, contains: BYTES.has(name) ? 'data' : contains };
}
