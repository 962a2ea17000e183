// The whole in one line. Pure.

import type { World } from '../live/world.ts';
import { clientsText } from './numbers.ts';

/** 6 of 6 regions up, 15 of 15 links, 128 clients */
export function summaryOf({ regions, links }: Pick<World, 'regions' | 'links'>): string {
  const up = regions.filter(({ state }) => state === 'up').length;
  const linked = links.filter(({ state }) => state === 'up').length;
  const counts = regions.map(({ clients }) => clients);
  const known = counts.filter((count) => count !== null).reduce((sum, count) => sum + count, 0);
  const least = counts.includes(null) ? 'at least ' : '';
  return `${up} of ${regions.length} regions up, ${linked} of ${links.length} links, ${least}${clientsText(known)}`;
}

/** What changed between two moments, as sentences for those who do not see the map. */
export function changesOf(before: Pick<World, 'regions'>, after: Pick<World, 'regions'>): readonly string[] {
  const states = new Map(before.regions.map(({ id, state }) => [id, state]));
  return after.regions
    .filter(({ id, state }) => states.has(id) && states.get(id) !== state)
    .map(({ name, id, state }) => `${name} (${id}) is ${state}.`);
}
