// Clients that went from one region to another, as the counts of two moments tell: those that one has lost are taken to be
// those that others have gained soon after. Pure; the map draws them on their way.

import type { RegionView } from '../../../api/regions.ts';

export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly clients: number;
}

/** Clients that have left a region and were not yet seen elsewhere, oldest first. */
export interface Underway {
  readonly region: string;
  readonly clients: number;
  /** ms since the epoch. */
  readonly since: number;
}

/** A client that is not seen elsewhere by then has gone for good. */
const LOST_MS = 8_000;

/** Regions that serve may lose clients for many reasons; those that leave one of these look for another. */
const LEFT_BEHIND: ReadonlySet<string> = new Set(['draining', 'stopping', 'down', 'unreachable', 'asleep']);

type Seen = Pick<RegionView, 'id' | 'state' | 'clients'>;

/** Flows between two moments, and who is still under way. */
export function flowsBetween(
  before: readonly Seen[],
  after: readonly Seen[],
  at: number,
  underway: readonly Underway[] = [],
): { readonly flows: readonly Flow[]; readonly underway: readonly Underway[] } {
  const known = new Map(before.map((region) => [region.id, region.clients ?? 0]));
  const lost = after.flatMap(({ id, state, clients }) => {
    const fewer = (known.get(id) ?? 0) - (clients ?? 0);
    return fewer > 0 && LEFT_BEHIND.has(state) ? [{ region: id, clients: fewer, since: at }] : [];
  });
  const waiting = [...underway.filter(({ since }) => at - since < LOST_MS), ...lost];
  const flows: Flow[] = [];
  for (const { id, clients } of after) {
    let gained = (clients ?? 0) - (known.get(id) ?? 0);
    for (const [n, one] of waiting.entries()) {
      const moved = Math.min(gained, one.clients);
      if (moved <= 0 || one.region === id) continue;
      flows.push({ from: one.region, to: id, clients: moved });
      waiting[n] = { ...one, clients: one.clients - moved };
      gained -= moved;
    }
  }
  return { flows, underway: waiting.filter(({ clients }) => clients > 0) };
}
