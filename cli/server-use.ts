// What each server used, put together: for how long it ran, where, and what it cost. Pure.

import { type ContainerUse, dollarsOf } from '../cost/container-cost.ts';
import type { MeridianConfig, RegionConfig } from '../regions/config.ts';
import { SCRATCH_LABEL, SESSIONS_LABEL } from '../regions/container-labels.ts';
import { containerSize } from '../regions/container-size.ts';
import { instanceNameOf } from '../regions/names.ts';
import { serverById, serverIdsOf } from '../regions/servers.ts';
import type { UsedThere } from './cloudflare-usage.ts';

const SECONDS_PER_HOUR = 3_600;

/** As the scratch server's entry in wrangler.toml has it. */
const SCRATCH_TYPE = 'standard-1';

/** Where a server ran. */
export interface RanIn {
  readonly region: string;
  readonly location: string;
  /** Of its time, 0 to 1. */
  readonly share: number;
  /** Whether its region's `placement` allows that; null where there is none, or Cloudflare did not say. */
  readonly asConfigured: boolean | null;
}

export interface ServerUse {
  readonly server: string;
  /** Where it may run; null of sessions, which run near their makers. */
  readonly placement: readonly string[] | null;
  /** Most of its time first. */
  readonly ranIn: readonly RanIn[];
  /** For how long, by its memory; of sessions all together. Null if its size is not known. */
  readonly hours: number | null;
  readonly used: ContainerUse;
  /** By list prices, before what the plan includes. */
  readonly dollars: number;
}

/** In the order of the configuration; then what it does not know. A server that used nothing is absent. */
export function serverUses(
  rows: readonly UsedThere[],
  config: Pick<MeridianConfig, 'regions' | 'sessions'>,
): readonly ServerUse[] {
  const byServer = Map.groupBy(rows, ({ server }) => server);
  const known = [...serverIdsOf(config).map(instanceNameOf), SESSIONS_LABEL, SCRATCH_LABEL];
  const others = [...byServer.keys()].filter((server) => !known.includes(server)).sort();
  return [...known, ...others].flatMap((server) => {
    const there = byServer.get(server);
    return there === undefined ? [] : [serverUse(server, there, config)];
  });
}

function serverUse(
  server: string,
  rows: readonly UsedThere[],
  config: Pick<MeridianConfig, 'regions' | 'sessions'>,
): ServerUse {
  const used = rows.map((row) => row.used).reduce(sum);
  const { placement, instanceType } = expectedOf(server, config);
  const size = instanceType === undefined ? undefined : containerSize(instanceType).memory;
  const ranIn = rows.map(({ place, used: { memoryByteSeconds } }) => ({
    region: place.region,
    location: place.location,
    share: used.memoryByteSeconds === 0 ? 0 : memoryByteSeconds / used.memoryByteSeconds,
    asConfigured:
      placement === null || place.region === ''
        ? null
        : placement.some((allowed) => allowed === place.region.toUpperCase()),
  }));
  return {
    server,
    placement,
    ranIn: ranIn.toSorted((a, b) => b.share - a.share),
    hours: size === undefined ? null : used.memoryByteSeconds / size / SECONDS_PER_HOUR,
    used,
    dollars: rows.reduce((dollars, row) => dollars + dollarsOf(row.used, row.place), 0),
  };
}

interface Expected {
  readonly placement: readonly string[] | null;
  readonly instanceType: RegionConfig['instanceType'] | undefined;
}

function expectedOf(
  server: string,
  { regions, sessions }: Pick<MeridianConfig, 'regions' | 'sessions'>,
): Expected {
  if (server === SESSIONS_LABEL) return { placement: null, instanceType: sessions.instanceType };
  if (server === SCRATCH_LABEL) return { placement: null, instanceType: SCRATCH_TYPE };
  const id = serverIdsOf({ regions }).find((each) => instanceNameOf(each) === server);
  const region = id === undefined ? undefined : serverById(id, { regions })?.region;
  return { placement: region?.placement ?? null, instanceType: region?.instanceType };
}

function sum(a: ContainerUse, b: ContainerUse): ContainerUse {
  return {
    cpuSeconds: a.cpuSeconds + b.cpuSeconds,
    memoryByteSeconds: a.memoryByteSeconds + b.memoryByteSeconds,
    diskByteSeconds: a.diskByteSeconds + b.diskByteSeconds,
    sentBytes: a.sentBytes + b.sentBytes,
  };
}
