// Clients that were due to be connected and were not: nothing is due to them until they are there, so that an edge that
// refuses at the beginning shows in nothing else.

import { formatCount, formatMoment } from './format-value.ts';
import type { Summary } from './summary.ts';

/** The kind of clients that nobody refused. */
const SLOW = 'slow';

/** A sentence, where clients waited longer than a script takes for usual. */
export function waitingClientsSentence({ metrics }: Pick<Summary, 'metrics'>): readonly string[] {
  const waited = metrics.nats_waited?.all;
  if (waited === undefined || waited.count === 0) return [];
  const { count, max } = waited;
  const kinds = Object.keys(metrics.nats_waited?.by.kind ?? {}).filter((kind) => kind !== SLOW);
  const why = kinds.length === 0 ? '' : ` (${kinds.join(', ')})`;
  return [
    count === 1
      ? `1 client waited ${formatMoment(max)} for the edge${why}`
      : `${formatCount(count)} clients waited up to ${formatMoment(max)} for the edge${why}`,
  ];
}
