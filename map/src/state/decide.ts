// The decision for a place that somebody has clicked or asked for.

import { PATHS } from '../../../api/paths.ts';
import type { Route } from '../../../api/route.ts';
import type { Coordinates } from '../../../routing/coordinates.ts';
import { degrees } from '../words/you.ts';
import { app, ask, say, wordsOf } from './app.ts';

export interface PlaceAsked {
  readonly colo?: string | undefined;
  readonly country?: string | undefined;
  readonly at?: Coordinates | undefined;
}

let asked = 0;

export async function decideFor({ colo, country, at }: PlaceAsked): Promise<void> {
  asked += 1;
  const mine = asked;
  const query = { colo, country, lat: at?.latitude.toFixed(2), lon: at?.longitude.toFixed(2) };
  try {
    const route = await ask<Route>(PATHS.route, { query });
    if (mine !== asked) return;
    app.set({ decision: { who: whoOf({ colo, country, at }), route }, panel: 'place', region: undefined });
  } catch (error) {
    if (mine === asked) say(wordsOf(error), 'bad');
  }
}

function whoOf({ colo, country, at }: PlaceAsked): string {
  if (colo !== undefined) return `A client at ${colo}`;
  if (at !== undefined)
    return `A client at ${degrees(at.latitude, 'N', 'S')} ${degrees(at.longitude, 'E', 'W')}`;
  return `A client in ${country ?? 'a place that is not known'}`;
}
