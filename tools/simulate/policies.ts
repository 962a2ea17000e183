// The ways to choose a region that are compared: Meridian's decision with nothing measured yet, and three simple
// ones as controls.

import type { Coordinates } from '../../routing/coordinates.ts';
import type { Decision } from '../../routing/decision.ts';
import { distanceKm } from '../../routing/distance.ts';
import { NOTHING_OBSERVED } from '../../routing/observation.ts';
import { getOptimalRegion } from '../../routing/optimal-region.ts';
import { coordinatesOfContinent, coordinatesOfCountry } from '../../routing/places/lookup.ts';
import type { RoutingPlan } from '../../routing/plan.ts';
import type { ScenarioRegion } from './scenario.ts';
import type { Setup, SimulatedClient } from './setup.ts';

/** The id of a client's region; undefined when the client is refused. */
export type Policy = (client: SimulatedClient) => string | undefined;

export const POLICY_NAMES = ['meridian', 'continent', 'country', 'nearest'] as const;
export type PolicyName = (typeof POLICY_NAMES)[number];

export function policiesOf({ plan, regions }: Setup): Readonly<Record<PolicyName, Policy>> {
  return {
    meridian: (client) => coldDecision(client, plan).candidates[0]?.region,
    continent: (client) => byContinent(client, regions),
    country: (client) => byCountry(client, regions),
    nearest: (client) => nearestTo(client, regions),
  };
}

/** What Meridian decides from its prior alone. */
export function coldDecision({ request }: SimulatedClient, plan: RoutingPlan): Decision {
  return getOptimalRegion(request, { plan, observations: NOTHING_OBSERVED, now: 0 });
}

/** The region of each continent, and the next best if that does not exist. */
const CONTINENT_TABLE: ReadonlyMap<string, readonly string[]> = new Map([
  ['NA', ['enam']],
  ['SA', ['sam', 'enam']],
  ['EU', ['weur']],
  ['AF', ['afr', 'weur']],
  ['AS', ['apac']],
  ['OC', ['oc']],
  ['AN', ['oc']],
]);

/** By the table; if the table does not know the regions, a continent goes to the region nearest to its middle. */
function byContinent(client: SimulatedClient, regions: readonly ScenarioRegion[]): string | undefined {
  const { continent } = client;
  const known = (CONTINENT_TABLE.get(continent) ?? []).find((id) =>
    regions.some((region) => region.id === id),
  );
  return known ?? nearestTo(coordinatesOfContinent(continent) ?? client, regions);
}

/** Countries that are too wide for one region, and the meridian at which they are cut: 100 degrees west. */
const SPLIT_COUNTRIES: ReadonlySet<string> = new Set(['US', 'CA', 'MX']);
const SPLIT_LONGITUDE = -100;

/**
 * A country belongs as a whole to the region nearest to the middle of its population. Three of North America are
 * cut in two, where there is a region on either side.
 */
function byCountry(client: SimulatedClient, regions: readonly ScenarioRegion[]): string | undefined {
  const { country, longitude } = client;
  if (SPLIT_COUNTRIES.has(country)) {
    const side = longitude < SPLIT_LONGITUDE ? 'wnam' : 'enam';
    if (regions.some(({ id }) => id === side)) return side;
  }
  return nearestTo(coordinatesOfCountry(country) ?? client, regions);
}

/** By great circle, to the middle of the region's hosts. */
function nearestTo(place: Coordinates, regions: readonly ScenarioRegion[]): string | undefined {
  let nearest: string | undefined;
  let nearestKm = Number.POSITIVE_INFINITY;
  for (const region of regions) {
    const km = distanceKm(place, region);
    if (km >= nearestKm) continue;
    nearest = region.id;
    nearestKm = km;
  }
  return nearest;
}
