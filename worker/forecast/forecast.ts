// The forecast: how a change of the configuration would affect clients. It routes recent traffic with both
// configurations, using the same function as live traffic. Pure; the dry run of an edit calls it.
//
// It covers clients that connect after the change. Connected clients stay where they are until they reconnect.

import type { Forecast, RegionShare } from '../../api/forecast.ts';
import { NOTHING_OBSERVED } from '../../routing/observation.ts';
import type { RoutingPlan } from '../../routing/plan.ts';
import { confidenceOf } from './confidence.ts';
import { costForecast } from './cost-forecast.ts';
import { latencyOf } from './latency.ts';
import { limitsPassed } from './limits.ts';
import { movesOf } from './moves.ts';
import { type ReplayState, replay, type Trip } from './replay.ts';
import { serversNeeded } from './servers-needed.ts';
import type { Traffic } from './traffic.ts';
import { unservedOf } from './unserved.ts';

/**
 * The effects of replacing `before` with `after`. By default nothing is known of the regions' health. Limits are compared
 * with the number of connected clients, or, if that is unknown, with the number in the traffic samples. If that is
 * unknown too, none is checked.
 */
export function forecast(
  before: RoutingPlan,
  after: RoutingPlan,
  traffic: Traffic,
  { observations = NOTHING_OBSERVED, now = 0 }: Partial<ReplayState> = {},
): Forecast {
  const replayed = replay(before, after, traffic, { observations, now });
  const { source } = traffic;
  const { trips, places } = replayed;
  const clients = source === 'traffic' ? replayed.clients : traffic.connected;
  const moves = movesOf(trips);
  const regions = sharesOf(trips, before, after);
  return {
    source,
    clients: clients === undefined ? null : Math.round(clients),
    samples: places,
    ...confidenceOf(traffic, replayed),
    movedShare: sum(moves.map(({ share }) => share)),
    moves,
    latency: latencyOf(trips),
    limits: limitsPassed(after, regions, traffic.connected ?? clients),
    servers: serversNeeded(before, after, regions, traffic.connected ?? clients),
    cost: costForecast({ before, after, shares: regions, connected: traffic.connected ?? clients, now }),
    unserved: unservedOf(trips, before, after),
    regions,
    refused: { before: shareOf(trips, 'from', null), after: shareOf(trips, 'to', null) },
  };
}

function sharesOf(trips: readonly Trip[], before: RoutingPlan, after: RoutingPlan): readonly RegionShare[] {
  const ids = new Set([...before.regions, ...after.regions].map(({ id }) => id));
  return [...ids].map((region) => ({
    region,
    before: shareOf(trips, 'from', region),
    after: shareOf(trips, 'to', region),
  }));
}

function shareOf(trips: readonly Trip[], end: 'from' | 'to', region: string | null): number {
  return sum(trips.filter((trip) => trip[end] === region).map(({ share }) => share));
}

function sum(shares: readonly number[]): number {
  return shares.reduce((total, share) => total + share, 0);
}
