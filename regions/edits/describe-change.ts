// One line of text for a change, for the command and for messages.

import type { Change } from './diff.ts';

/** `regions.weur.weight: 100 -> 50`, `regions.oc: added (needs a deploy)`. */
export function describeChange(change: Change): string {
  const deploy = change.kind === 'platform' ? ' (needs a deploy)' : '';
  return `${change.path}: ${whatOf(change)}${deploy}`;
}

function whatOf({ path, from, to }: Change): string {
  if (/^regions\.[^.]+$/.test(path)) return from === undefined ? 'added' : 'removed';
  if (path === 'regions') return `order ${textOf(from)} -> ${textOf(to)}`;
  return `${textOf(from)} -> ${textOf(to)}`;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return 'not set';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(textOf).join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
