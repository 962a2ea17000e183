// The routes of a server, one for each server at the other end: where its system account has a route of its own, or
// accounts share several, there are more. Pure.

import { isUnheard } from './link-status.ts';
import type { RoutezRoute } from './monitoring-answers.ts';

/**
 * The bytes of all are added. For the rest, that of the system account only counts where there is no other; but a ping that was not
 * answered over any of them counts.
 */
export function routesByPeer(routes: readonly RoutezRoute[]): readonly RoutezRoute[] {
  return [...Map.groupBy(routes, ({ remote_id }) => remote_id).values()].flatMap((ofPeer) => {
    const shown = ofPeer.find(({ account }) => account === undefined) ?? ofPeer[0];
    if (shown === undefined) return [];
    const sum = (field: 'in_bytes' | 'out_bytes') => ofPeer.reduce((all, route) => all + route[field], 0);
    const { rtt = shown.rtt } = ofPeer.find(isUnheard) ?? {};
    const bytes = { in_bytes: sum('in_bytes'), out_bytes: sum('out_bytes') };
    return [{ ...shown, ...bytes, ...(rtt !== undefined && { rtt }) }];
  });
}
