// Which requests get the same decision, so that it need not be made again for each of them.

import type { RequestPlace } from './entry.ts';
import type { Observations } from './observation.ts';
import type { RoutingRequest } from './optimal-region.ts';
import type { RoutingPlan } from './plan.ts';

/**
 * Whether requests that are alike get the same decision, as long as this is the plan and no more than this is known: neither
 * the time nor who the client is has a say in it.
 */
export function decidesAlike({ draws, filters }: RoutingPlan, { regions }: Observations): boolean {
  if (draws) return false;
  const fading = filters.flatMap(({ fades }) => fades ?? []);
  return ![...regions.values()].some((observation) => fading.some((fades) => fades(observation)));
}

/** What else a decision depends on, as text: two requests with the same are alike. @param from the place of the request */
export function likenessOf(
  { preferred, forced, previous, onlyOwn, notes }: RoutingRequest,
  { entry, country, inEu, notes: ofPlace }: RequestPlace,
): string {
  const place = `${entry.source}:${entry.value} ${country} ${inEu} ${onlyOwn}`;
  const wishes = [preferred, forced, previous, notes, ofPlace];
  const hasNone = wishes.every((wish) => wish === undefined || wish.length === 0);
  return hasNone ? place : `${place} ${JSON.stringify(wishes)}`;
}
