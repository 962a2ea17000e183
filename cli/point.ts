// Points in time on the command line.

import { InvalidArgumentError } from 'commander';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * `2026-11-26T19:30:00Z` (a time without a zone is local), or how long ago: `90s`, `10m`, `2h`, `3d`.
 * @returns ms since the epoch
 */
export function pointInTime(text: string, now = Date.now()): number {
  const [, amount, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * (UNIT_MS[unit] ?? 0);
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at) || at < 0) {
    throw new InvalidArgumentError(
      'It must be a time such as 2026-11-26T19:30:00Z, or how long ago: 90s, 10m, 2h, 3d.',
    );
  }
  if (at > now) throw new InvalidArgumentError('It is in the future.');
  return at;
}
