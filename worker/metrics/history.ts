// What of each region is kept for a day. Pure.

import { SEEN_STATES } from '../../api/states.ts';
import type { Figures, ServerMetrics } from '../region/server-figures.ts';
import type { RegionSnapshot } from './snapshot.ts';

/** The order of a region's figures. Those that only grow begin again when its server does. */
export const FIELDS = [
  'clients',
  'connects',
  'inMsgs',
  'outMsgs',
  'inBytes',
  'outBytes',
  'subscriptions',
  'slowConsumers',
  'cpu',
  'memory',
  'routes',
  'storage',
  // New ones at the end: what an earlier deployment has kept is shorter (ring.ts).
  'state',
  'rttMs',
  'failovers',
] as const;
export type Field = (typeof FIELDS)[number];

/** In the order of FIELDS; null is unknown. A region whose object or server does not answer has null as a whole. */
export type RegionFigures = readonly (number | null)[] | null;

/** One moment. A region that was not in the configuration then is absent. */
export interface Point {
  /** ms since the epoch. */
  readonly at: number;
  /** By region. */
  readonly regions: Readonly<Record<string, RegionFigures>>;
}

/**
 * A region without a server has no clients, and what only a server knows is unknown.
 *
 * @param failovers how many clients each region has left to others since the collector began, where that is counted
 */
export function pointOf(
  at: number,
  regions: readonly RegionSnapshot[],
  failovers?: ReadonlyMap<string, number>,
): Point {
  const rtts = roundTrips(regions);
  const figures = regions.map((each) => {
    const { region } = each;
    const left = failovers === undefined ? undefined : (failovers.get(region) ?? 0);
    return [region, figuresOf(each, { rttMs: rtts.get(region), failovers: left })] as const;
  });
  return { at, regions: Object.fromEntries(figures) };
}

type FromElsewhere = { readonly [field in 'rttMs' | 'failovers']: number | undefined };

function figuresOf({ metrics }: RegionSnapshot, elsewhere: FromElsewhere): RegionFigures {
  if (metrics === undefined) return null;
  const { status, server } = metrics;
  const known = {
    ...elsewhere,
    clients: status.clients ?? null,
    state: SEEN_STATES.indexOf(status.state),
  };
  const of: Partial<Readonly<Record<Field, unknown>>> = { ...(server && serverFigures(server)), ...known };
  return FIELDS.map((field) => {
    const value = of[field];
    return typeof value === 'number' ? value : null;
  });
}

/** Of each region the mean round trip of its links, as the servers measure them; none of a region without links. */
function roundTrips(regions: readonly RegionSnapshot[]): ReadonlyMap<string, number> {
  const all = Map.groupBy(
    regions.flatMap(({ region, metrics }) =>
      (metrics?.links ?? []).flatMap(({ peer, state, rttMs }) =>
        state !== 'up' || rttMs === undefined ? [] : [region, peer].map((end) => ({ end, rttMs })),
      ),
    ),
    ({ end }) => end,
  );
  const mean = (links: readonly { readonly rttMs: number }[]) =>
    links.reduce((sum, { rttMs }) => sum + rttMs, 0) / links.length;
  return new Map([...all].map(([end, links]) => [end, mean(links)]));
}

function serverFigures({ varz, routes }: ServerMetrics): Partial<Readonly<Record<Field, unknown>>> {
  return {
    connects: varz.total_connections,
    inMsgs: varz.in_msgs,
    outMsgs: varz.out_msgs,
    inBytes: varz.in_bytes,
    outBytes: varz.out_bytes,
    subscriptions: varz.subscriptions,
    slowConsumers: varz.slow_consumers,
    cpu: varz.cpu,
    memory: varz.mem,
    // The object has one of its own while clients are moved, which links no region.
    routes: routes?.length ?? varz.routes,
    storage: jetStreamStats(varz).storage,
  };
}

function jetStreamStats({ jetstream }: Figures): Figures {
  return ((jetstream as Figures | undefined)?.stats as Figures | undefined) ?? {};
}
