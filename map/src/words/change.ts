// A change of the configuration as text. Pure.

import type { DryRun } from '../../../api/config.ts';

/** regions.weur.weight: 100 → 50 */
export function changeText({ path, from, to }: DryRun['changes'][number]): string {
  if (from === undefined) return `${path}: ${valueText(to)}`;
  if (to === undefined) return `${path} removed (was ${valueText(from)})`;
  return `${path}: ${valueText(from)} → ${valueText(to)}`;
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(valueText).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
