// Which clients would move: trips to a different region than before, grouped by the pair of regions.

import type { ColoShare, CountryShare, Move } from '../../api/forecast.ts';
import { UNKNOWN_COUNTRY } from '../../regions/countries.ts';
import type { Trip } from './replay.ts';
import { SharesByKey } from './shares-by-key.ts';

/** How many countries and data centers a move names. */
const NAMED = 5;

/** One for each pair of regions, largest first. */
export function movesOf(trips: readonly Trip[]): readonly Move[] {
  const flows = Map.groupBy(
    trips.filter(({ from, to }) => from !== to),
    ({ from, to }) => `${from} ${to}`,
  );
  return [...flows.values()].map(moveOf).sort((a, b) => b.share - a.share);
}

function moveOf(trips: readonly Trip[]): Move {
  const countries = new SharesByKey();
  const colos = new SharesByKey();
  let share = 0;
  for (const trip of trips) {
    share += trip.share;
    countries.add(trip.place.country ?? UNKNOWN_COUNTRY, trip.share);
    if (trip.place.colo !== undefined) colos.add(trip.place.colo, trip.share);
  }
  return {
    from: trips[0]?.from ?? null,
    to: trips[0]?.to ?? null,
    share,
    countries: countries.largest(NAMED).map(([country, part]): CountryShare => ({ country, share: part })),
    colos: colos.largest(NAMED).map(([colo, part]): ColoShare => ({ colo, share: part })),
  };
}
