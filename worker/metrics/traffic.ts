// The visits of the last day, added up by what was asked for. Pure.

import type { Traffic, TrafficKey } from '../../api/metrics.ts';
import type { VisitedHour } from './visit-book.ts';
import type { VisitCount } from './visits.ts';

interface Visited extends VisitCount {
  readonly hour: number;
}

type Row = Traffic['rows'][number];

export function trafficBy(by: readonly TrafficKey[], hours: readonly VisitedHour[]): Traffic {
  const visits = hours.flatMap(({ from, visits }): readonly Visited[] =>
    visits.map((visit) => ({ ...visit, hour: from })),
  );
  const keyOf = (visit: Visited) => Object.fromEntries(by.map((key) => [key, visit[key]]));
  const rows = [...Map.groupBy(visits, (visit) => JSON.stringify(keyOf(visit))).values()].flatMap(
    (group): readonly Row[] => {
      const [first] = group;
      return first === undefined ? [] : [{ ...keyOf(first), ...sumOf(group) }];
    },
  );
  return { by: [...by], rows: rows.sort((a, b) => b.connects - a.connects || b.refused - a.refused) };
}

function sumOf(visits: readonly VisitCount[]) {
  const total = (of: (visit: VisitCount) => number) => visits.reduce((all, visit) => all + of(visit), 0);
  const count = total((visit) => visit.count);
  const connects = total((visit) => (visit.region === '' ? 0 : visit.count));
  return {
    connects,
    failovers: total((visit) => (isFailover(visit) ? visit.count : 0)),
    refused: count - connects,
    attempts: total((visit) => visit.attempts),
    meanMs: count === 0 ? null : Math.round((total((visit) => visit.seconds) / count) * 10_000) / 10,
  };
}

/** Not where one of the two is unknown. */
function isFailover({ region, wanted }: VisitCount): boolean {
  return region !== '' && wanted !== '' && region !== wanted;
}
