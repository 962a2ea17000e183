// From the state of the page to what the map draws.

import type { LivePlace } from '../../../api/live.ts';
import type { RegionView } from '../../../api/regions.ts';
import type { Scene } from '../draw/scene.ts';
import { arcsOf } from '../forecast/arcs.ts';
import { linkKey } from '../live/world.ts';
import { colourOf } from '../parts/colours.ts';
import type { AppState, Proposal } from './app.ts';

const NO_PLACES: readonly LivePlace[] = [];
const NO_ARCS: Scene['arcs'] = [];
const NO_HOPS: Scene['hops'] = [];

const regionsOf = onceFor((regions: readonly RegionView[]): Scene['regions'] => {
  const ids = regions.map(({ id }) => id);
  return regions.map(({ id, latitude, longitude }) => ({
    id,
    latitude,
    longitude,
    colour: colourOf(id, ids),
  }));
}, sameRegions);
const placesOf = onceFor((places: ReadonlyMap<string, LivePlace>) => [...places.values()]);
const movesOf = onceFor((proposal: Proposal) => arcsOf(proposal.dryRun.forecast));

/** Keeps the last result, so that whoever draws can see that nothing has changed. */
function onceFor<A, R>(
  make: (from: A) => R,
  isSame: (one: A, other: A) => boolean = Object.is,
): (from: A) => R {
  let last: { readonly from: A; readonly result: R } | undefined;
  return (from) => {
    if (last === undefined || !isSame(last.from, from)) last = { from, result: make(from) };
    return last.result;
  };
}

/** Whether they are the same ones, at the same places. */
function sameRegions(one: readonly RegionView[], other: readonly RegionView[]): boolean {
  const keyOf = (regions: readonly RegionView[]) =>
    regions.map(({ id, latitude, longitude }) => `${id} ${latitude} ${longitude}`).join();
  return one === other || keyOf(one) === keyOf(other);
}

/** Empty until something is known. */
export function sceneOf(state: AppState): Scene {
  const { world, region, decision, proposal, trace, moment, panel } = state;
  const regions = world?.regions ?? [];
  const isPast = moment !== undefined;
  return {
    regions: regionsOf(regions),
    links: isPast
      ? []
      : (world?.links ?? []).map((link) => ({
          ...link,
          rate: world?.traffic.get(linkKey(link))?.rate ?? null,
        })),
    places: isPast || world === undefined ? NO_PLACES : placesOf(world.places),
    selected: region,
    decision:
      decision === undefined || panel !== 'place'
        ? undefined
        : {
            at: decision.route.entry.coordinates,
            ranked: decision.route.candidates.map((each) => each.region),
            isServed: decision.route.region !== null,
          },
    arcs: proposal === undefined ? NO_ARCS : movesOf(proposal),
    hops: trace?.hops ?? NO_HOPS,
  };
}
