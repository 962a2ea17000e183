// Regions that do not serve, that clients could not be handed to, or that are cut off from the others come last.
// They stay candidates: what was seen of them may be old, and somebody has to try.

import type { SeenState } from '../../api/states.ts';
import type { Effect } from '../effect.ts';
import type { Contender, Filter, FilterContext } from '../filter.ts';

/** States in which a region cannot take a client. One that sleeps or starts can: the client waits for it. */
const NOT_SERVING: ReadonlySet<SeenState> = new Set(['down', 'stopping', 'unreachable']);

/** A region with routes to fewer of the others than this hears too little of what is published. */
const LEAST_MESH_SHARE = 0.5;

export const health: Filter = {
  name: 'health',
  concerns: () => true,
  apply: (contender, { panic, now }) => (panic ? undefined : problemOf(contender, now)),
};

/** Whether a region looks healthy; used to tell when too few do. */
export function looksHealthy(contender: Contender, now: FilterContext['now']): boolean {
  return problemOf(contender, now) === undefined;
}

function problemOf({ observation }: Contender, now: number): Effect | undefined {
  if (observation === undefined) return undefined;
  const { state, ejectedUntil, meshShare } = observation;
  if (state !== undefined && NOT_SERVING.has(state))
    return { effect: 'demote', filter: 'health', code: 'state', state };
  if (ejectedUntil !== undefined && ejectedUntil > now) {
    return { effect: 'demote', filter: 'health', code: 'ejected', forMs: ejectedUntil - now };
  }
  if (meshShare !== undefined && meshShare < LEAST_MESH_SHARE) {
    return { effect: 'demote', filter: 'health', code: 'cut-off', meshShare };
  }
  return undefined;
}
