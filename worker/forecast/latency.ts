// Expected round trips before and after, of the clients that are served after. Those that are not count in neither: a
// change that refuses the farthest clients would seem to make the others faster.

import type { Forecast, LatencySummary, WorstClients } from '../../api/forecast.ts';
import type { Trip } from './replay.ts';

const WORST_COUNT = 10;
const HIGH_SHARE = 0.95;

export function latencyOf(trips: readonly Trip[]): Forecast['latency'] {
  const served = trips.filter(({ to }) => to !== null);
  return {
    before: summaryOf(served, 'beforeMs'),
    after: summaryOf(served, 'afterMs'),
    worst: served
      .flatMap(worstOf)
      .sort((a, b) => b.afterMs - a.afterMs || b.share - a.share)
      .slice(0, WORST_COUNT),
  };
}

function summaryOf(trips: readonly Trip[], when: 'beforeMs' | 'afterMs'): LatencySummary {
  const served = trips.flatMap((trip) => {
    const ms = trip[when];
    return ms === null ? [] : { ms, share: trip.share };
  });
  if (served.length === 0) return { meanMs: null, p95Ms: null };
  const share = served.reduce((sum, each) => sum + each.share, 0);
  const meanMs = served.reduce((sum, each) => sum + each.share * each.ms, 0) / share;
  let rest = share * (1 - HIGH_SHARE);
  let p95Ms = 0;
  for (const each of served.sort((a, b) => b.ms - a.ms)) {
    p95Ms = each.ms;
    rest -= each.share;
    if (rest < 0) break;
  }
  return { meanMs, p95Ms };
}

function worstOf({ place, share, from, to, beforeMs, afterMs }: Trip): readonly WorstClients[] {
  if (to === null || afterMs === null) return [];
  return [{ ...place, share, from, to, beforeMs, afterMs }];
}
