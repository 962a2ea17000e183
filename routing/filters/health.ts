// Regions that do not serve, that clients could not be passed to, or that are cut off from the others come last.
// They stay candidates: the observation may be out of date, which only an attempt can show.
//
// Some of this is certain: what a region reports about itself, and that it has just refused a client. The rest is a
// guess, which is ignored if it would leave too few regions.

import type { RegionState, UNREACHABLE } from '../../api/states.ts';
import type { Filter, FilterContext, RegionNow } from '../filter.ts';

/** A region with routes to a smaller share of the others than this receives too little of what is published. */
const LEAST_MESH_SHARE = 0.5;

/** A region that refused a client less than this long ago would refuse the next one too. */
export const JUST_REFUSED_MS = 2_000;

type Unhealthy = { readonly effect: 'demote'; readonly filter: 'health' } & (
  | { readonly code: 'state'; readonly state: RegionState }
  | { readonly code: 'just-refused'; readonly agoMs: number }
  | { readonly code: typeof UNREACHABLE; readonly why?: string }
  | { readonly code: 'ejected'; readonly forMs: number }
  | { readonly code: 'cut-off'; readonly meshShare: number }
);

export const health: Filter<Unhealthy> = {
  name: 'health',
  temporary: true,
  ignoredInPanic: ['unreachable', 'ejected', 'cut-off'],
  fades: ({ refusedAt, ejectedUntil }) => refusedAt !== undefined || ejectedUntil !== undefined,
  forRegion: () => problemOf,
  words: {
    state: ({ state }) => `last: it is ${state}`,
    'just-refused': ({ agoMs }) => `last: it did not take a client ${Math.round(agoMs)} ms ago`,
    unreachable: ({ why }) => `last: ${why ?? 'it does not answer'}`,
    ejected: ({ forMs }) => `last: attempts failed, left out for ${Math.round(forMs)} ms more`,
    'cut-off': ({ meshShare }) => `last: linked with only ${Math.round(meshShare * 100)}% of the regions`,
  },
};

/** What is certain comes first. */
function problemOf({ observation }: RegionNow, { now }: FilterContext): Unhealthy | undefined {
  if (observation === undefined) return undefined;
  const { state, ejectedUntil, refusedAt, meshShare, problem } = observation;
  // A region that is asleep or starting can take a client: the client waits for it.
  if (state === 'down' || state === 'stopping') {
    return { effect: 'demote', filter: 'health', code: 'state', state };
  }
  if (refusedAt !== undefined && now - refusedAt < JUST_REFUSED_MS) {
    return { effect: 'demote', filter: 'health', code: 'just-refused', agoMs: now - refusedAt };
  }
  if (state === 'unreachable')
    return problem === undefined ? UNREACHABLE_REGION : { ...UNREACHABLE_REGION, why: problem };
  if (ejectedUntil !== undefined && ejectedUntil > now) {
    return { effect: 'demote', filter: 'health', code: 'ejected', forMs: ejectedUntil - now };
  }
  if (meshShare !== undefined && meshShare < LEAST_MESH_SHARE) {
    return { effect: 'demote', filter: 'health', code: 'cut-off', meshShare };
  }
  return undefined;
}

const UNREACHABLE_REGION = { effect: 'demote', filter: 'health', code: 'unreachable' } as const;
