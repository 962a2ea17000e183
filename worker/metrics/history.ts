// What of each region is kept for a day. Pure.

import type { Figures } from '../region/server-figures.ts';
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

/** A region without a server has no clients; everything else is unknown. */
export function pointOf(at: number, regions: readonly RegionSnapshot[]): Point {
  return { at, regions: Object.fromEntries(regions.map((each) => [each.region, figuresOf(each)])) };
}

function figuresOf({ metrics }: RegionSnapshot): RegionFigures {
  if (metrics === undefined) return null;
  const { status, server } = metrics;
  const clients = status.clients ?? null;
  if (server === undefined) return clients === null ? null : [clients, ...FIELDS.slice(1).map(() => null)];
  const { varz } = server;
  const of: Readonly<Record<Field, unknown>> = {
    clients,
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
    routes: server.routes?.length ?? varz.routes,
    storage: jetStreamStats(varz).storage,
  };
  return FIELDS.map((field) => {
    const value = of[field];
    return typeof value === 'number' ? value : null;
  });
}

function jetStreamStats({ jetstream }: Figures): Figures {
  return ((jetstream as Figures | undefined)?.stats as Figures | undefined) ?? {};
}
