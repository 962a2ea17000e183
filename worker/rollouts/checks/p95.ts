// How long a connect takes, for 95 of 100 clients that a region takes, held against the other regions as the same data
// centers see them. Pure.

import type { RolloutCheck } from '../../../api/rollouts.ts';
import { BUCKETS } from '../../metrics/visits.ts';
import type { Came } from '../visit-window.ts';
import { type Evidence, fail, NO_COLLECTOR, pass, type Verdict, waiting } from './verdict.ts';

const QUANTILE = 0.95;

/** Regions at different distances differ by so much, whatever is wrong. */
const SLACK_MS = 100;

type Check = Extract<RolloutCheck, { check: 'p95' }>;

export function p95(
  { regions, maxMs, ratio }: Check,
  { came, changed, minSamples }: Pick<Evidence, 'came' | 'changed' | 'minSamples'>,
): Verdict {
  if (came === undefined) return NO_COLLECTOR;
  const watched = new Set(regions ?? changed);
  const ours = came.lately.filter(({ region }) => watched.has(region));
  const total = ours.reduce((all, { count }) => all + count, 0);
  if (total < minSamples) return waiting(`${total} of ${minSamples} clients that it needs`);
  const took = quantileMs(ours);
  const colos = new Set(ours.map(({ colo }) => colo));
  const others = came.lately.filter(
    ({ region, colo }) => region !== '' && !watched.has(region) && colos.has(colo),
  );
  const isEnough = others.reduce((all, { count }) => all + count, 0) >= minSamples;
  const limits = [
    ...(maxMs === undefined ? [] : [maxMs]),
    ...(isEnough ? [quantileMs(others) * ratio + SLACK_MS] : []),
  ];
  if (limits.length === 0) return pass(`${ms(took)}, and nothing to hold it against`);
  const most = Math.min(...limits);
  const words = `95 of 100 clients were taken within ${ms(took)} (allowed ${ms(most)})`;
  return took > most ? fail(words) : pass(words);
}

/** Within a bucket they are taken to be spread evenly. Of those beyond the last bucket only that is known. */
function quantileMs(came: readonly Came[]): number {
  const total = came.reduce((all, { count }) => all + count, 0);
  const rank = total * QUANTILE;
  let below = 0;
  let from = 0;
  for (const [n, to] of BUCKETS.entries()) {
    const until = came.reduce((all, { within }) => all + (within[n] ?? 0), 0);
    if (until >= rank) return (from + ((to - from) * (rank - below)) / Math.max(1, until - below)) * 1_000;
    below = until;
    from = to;
  }
  return Number.POSITIVE_INFINITY;
}

function ms(value: number): string {
  return Number.isFinite(value) ? `${Math.round(value)} ms` : 'more than 10 s';
}
