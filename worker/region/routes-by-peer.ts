// The routes of a server, one for each server at the other end: where its system account has a route of its own there are
// two. Pure.

import type { RoutezRoute } from './monitoring-answers.ts';

/** The bytes of both are added; for the rest, that of the system account only counts where there is no other. */
export function routesByPeer(routes: readonly RoutezRoute[]): readonly RoutezRoute[] {
  return [...Map.groupBy(routes, ({ remote_id }) => remote_id).values()].flatMap((ofPeer) => {
    const shown = ofPeer.find(({ account }) => account === undefined) ?? ofPeer[0];
    if (shown === undefined) return [];
    const sum = (field: 'in_bytes' | 'out_bytes') => ofPeer.reduce((all, route) => all + route[field], 0);
    return [{ ...shown, in_bytes: sum('in_bytes'), out_bytes: sum('out_bytes') }];
  });
}
