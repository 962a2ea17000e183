// What a load asks of a configuration that it does not have: more clients than there are places, more CPU than there is. Its
// cost would be that of a deployment that refuses some of the load. Pure.

import { clientCapacity } from '../regions/client-capacity.ts';
import { externalRegions, type MeridianConfig } from '../regions/config.ts';
import type { RegionLoad } from './region-load.ts';
import type { Traffic } from './traffic.ts';

/** One sentence for each. */
export function servingNotes(
  config: MeridianConfig,
  loads: readonly RegionLoad[],
  traffic: Traffic,
): readonly string[] {
  const external = externalRegions(config).filter(({ enabled }) => enabled);
  return [
    ...loads.flatMap(placesNote),
    ...payloadNote(loads, traffic),
    ...loads
      .filter(({ isOverloaded }) => isOverloaded)
      .map(
        ({ region: { id } }) =>
          `${id} would need more CPU than it has: a larger instanceType, or members; its cost is without them.`,
      ),
    ...(external.length === 0
      ? []
      : [`What external regions cost is their owners' to know: ${external.map(({ id }) => id).join(', ')}.`]),
  ];
}

function payloadNote(loads: readonly RegionLoad[], { size }: Traffic): string[] {
  const refusing = loads.filter(
    ({ region, published }) => published > 0 && size > region.limits.maxPayloadBytes,
  );
  if (refusing.length === 0) return [];
  const ids = refusing.map(({ region: { id } }) => id).join(', ');
  return [
    `Messages of ${size} bytes are larger than limits.maxPayloadBytes of ${ids}, and would be refused there; the cost is as if they were taken.`,
  ];
}

function placesNote({ region, clients, servers }: RegionLoad): string[] {
  if (clients === 0) return [];
  if (servers === 0) return [`${region.id} takes no clients, and was given some: they are not in the cost.`];
  const places = servers * clientCapacity(region);
  return clients <= places
    ? []
    : [
        `${region.id} has places for ${places} clients, and would get ${Math.round(clients)}: the rest goes to the next region, or finds none.`,
      ];
}
