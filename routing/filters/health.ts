// Regions that do not serve, that clients could not be handed to, or that are cut off from the others come last.
// They stay candidates: what was seen of them may be old, and somebody has to try.

import type { SeenState } from '../../api/states.ts';
import type { Filter, FilterContext, RegionNow } from '../filter.ts';

/** States in which a region cannot take a client. One that sleeps or starts can: the client waits for it. */
const NOT_SERVING: ReadonlySet<SeenState> = new Set(['down', 'stopping', 'unreachable']);

/** A region with routes to fewer of the others than this hears too little of what is published. */
const LEAST_MESH_SHARE = 0.5;

type Unhealthy = { readonly effect: 'demote'; readonly filter: 'health' } & (
  | { readonly code: 'state'; readonly state: SeenState }
  | { readonly code: 'ejected'; readonly forMs: number }
  | { readonly code: 'cut-off'; readonly meshShare: number }
);

export const health: Filter<Unhealthy> = {
  name: 'health',
  temporary: true,
  ignoredInPanic: true,
  forRegion: () => problemOf,
  words: {
    state: ({ state }) => `last: it is ${state}`,
    ejected: ({ forMs }) => `last: attempts failed, left out for ${Math.round(forMs)} ms more`,
    'cut-off': ({ meshShare }) => `last: linked with only ${Math.round(meshShare * 100)}% of the regions`,
  },
};

function problemOf({ observation }: RegionNow, { now }: FilterContext): Unhealthy | undefined {
  if (observation === undefined) return undefined;
  const { state, ejectedUntil, meshShare } = observation;
  if (state !== undefined && NOT_SERVING.has(state)) {
    return { effect: 'demote', filter: 'health', code: 'state', state };
  }
  if (ejectedUntil !== undefined && ejectedUntil > now) {
    return { effect: 'demote', filter: 'health', code: 'ejected', forMs: ejectedUntil - now };
  }
  if (meshShare !== undefined && meshShare < LEAST_MESH_SHARE) {
    return { effect: 'demote', filter: 'health', code: 'cut-off', meshShare };
  }
  return undefined;
}
