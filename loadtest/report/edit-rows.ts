// The table of live edits, for the page and for the terminal.

import { formatCount, formatMoment, formatMs } from './format-value.ts';
import type { EditEffect, Summary } from './summary.ts';

const HEAD = [
  'edit',
  'at',
  'answered in',
  'followed after',
  'served as before',
  'moved',
  'the last after',
  'disconnected',
  'failed',
];

/** With its head; undefined of a run without edits. */
export function editRows({
  edits,
}: Pick<Summary, 'edits'>): readonly [readonly string[], ...string[][]] | undefined {
  return edits.length === 0 ? undefined : [HEAD, ...edits.map(rowOf)];
}

function rowOf(edit: EditEffect): string[] {
  return [
    titleOf(edit),
    formatMoment(edit.atMs),
    formatMs(edit.tookMs),
    edit.followedMs === null ? 'they did not' : formatMs(edit.followedMs),
    formatCount(edit.strays),
    edit.movedMs === null ? '' : formatCount(edit.moved),
    edit.movedMs === null ? '' : formatMs(edit.movedMs),
    formatCount(edit.disconnects),
    failureText(edit.failures),
  ];
}

const TITLES: Readonly<Record<string, (region: string) => string>> = {
  dial: (region) => `${region} dialled to 0`,
  drain: (region) => `${region} drained`,
  rollback: (region) => `${region} back`,
};

/** `weur drained` */
export function titleOf({ kind, region }: Pick<EditEffect, 'kind' | 'region'>): string {
  return TITLES[kind]?.(region) ?? `${region}: ${kind}`;
}

function failureText(failures: EditEffect['failures']): string {
  const kinds = Object.entries(failures);
  if (kinds.length === 0) return 'nothing';
  return kinds.map(([kind, count]) => `${formatCount(count)} ${kind.replaceAll('_', ' ')}`).join(', ');
}
