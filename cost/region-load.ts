// What a month brings to each region: for how long its servers run, the messages that they handle, the bytes that they send. Pure.

import { isExternal, type MeridianConfig, type RegionConfig } from '../regions/config.ts';
import { parseDurationMs } from '../regions/duration.ts';
import { instanceLimits } from '../regions/instance-limits.ts';
import { type Assumptions, CPU_SECONDS_PER_BYTE, CPU_SECONDS_PER_MESSAGE } from './assumptions.ts';
import { meshCopies } from './mesh-copies.ts';
import { DAYS_PER_MONTH, HOURS_PER_MONTH, SECONDS_PER_MONTH } from './month.ts';
import { serversFor } from './servers.ts';
import type { Traffic } from './traffic.ts';

/** nats-server keeps a stream that the cost is computed for in three of them. */
const REPLICAS = 3;

const MS_PER_HOUR = 3_600_000;

export interface RegionLoad {
  readonly region: RegionConfig;
  readonly clients: number;
  readonly servers: number;
  /** For which each of its servers runs, in a month. */
  readonly seconds: number;
  readonly connects: number;
  /** Messages that clients publish there, and that clients there get. */
  readonly published: number;
  readonly delivered: number;
  /** Messages that it sends to other regions, and gets from them. */
  readonly sentToRegions: number;
  readonly gotFromRegions: number;
  /** Bytes that clients get, and that other regions get. */
  readonly clientBytes: number;
  readonly meshBytes: number;
  /** Of vCPUs, no more than there are. */
  readonly cpuSeconds: number;
  /** Whether it would take more CPU than its servers have. */
  readonly isOverloaded: boolean;
}

/** Of each region of ours, in the order of the configuration. */
export function regionLoads(
  config: MeridianConfig,
  traffic: Traffic,
  assumptions: Assumptions,
): readonly RegionLoad[] {
  const crossing = messagesBetween(config, traffic, assumptions);
  const own = config.regions.filter((region) => !isExternal(region));
  return own.map((region) => loadOf(region, { traffic, assumptions, crossing }));
}

interface Around {
  readonly traffic: Traffic;
  readonly assumptions: Assumptions;
  readonly crossing: Crossing;
}

function loadOf(region: RegionConfig, { traffic, assumptions, crossing }: Around): RegionLoad {
  const share = traffic.shares.get(region.id) ?? 0;
  const clients = traffic.clients * share;
  const published = monthly(traffic) * share;
  const delivered = monthly(traffic) * traffic.fanOut * share;
  const [sent, got] = [crossing.sent.get(region.id) ?? 0, crossing.got.get(region.id) ?? 0];
  const bytes = traffic.size + assumptions.overheadBytes;
  const handled = published + delivered + sent + got;
  const servers = serversFor(region, clients) ?? 0;
  const seconds = secondsAwake(region, clients, traffic.hours);
  const { vcpu } = instanceLimits(region.instanceType);
  const wanted =
    handled * (CPU_SECONDS_PER_MESSAGE + CPU_SECONDS_PER_BYTE * traffic.size) * assumptions.cpuFactor +
    servers * seconds * assumptions.idleCpuShare * Math.min(1, vcpu);
  const most = servers * seconds * vcpu;
  return {
    region,
    clients,
    servers,
    seconds,
    connects: clients * traffic.connects * DAYS_PER_MONTH,
    published,
    delivered,
    sentToRegions: sent,
    gotFromRegions: got,
    clientBytes: delivered * bytes,
    meshBytes: sent * bytes * traffic.meshBytesRatio,
    cpuSeconds: Math.min(wanted, most),
    isOverloaded: wanted > most,
  };
}

/** Messages that all clients publish in a month. */
export function monthly({ messages, hours }: Traffic): number {
  return messages * SECONDS_PER_MONTH * (hours / 24);
}

/** A region that may sleep runs while it has clients, and `sleepAfter` more, once each day. */
function secondsAwake(region: RegionConfig, clients: number, hours: number): number {
  if (region.keepAwake) return SECONDS_PER_MONTH;
  if (clients === 0) return 0;
  const awake = Math.min(24, hours === 0 ? 0 : hours + parseDurationMs(region.sleepAfter) / MS_PER_HOUR);
  return (awake / 24) * HOURS_PER_MONTH * 3_600;
}

interface Crossing {
  readonly sent: ReadonlyMap<string, number>;
  readonly got: ReadonlyMap<string, number>;
}

/** Messages to subscribers elsewhere, and to the replicas of streams. An external region is not part of the mesh. */
function messagesBetween(
  { regions }: MeridianConfig,
  traffic: Traffic,
  { subscribersAre }: Assumptions,
): Crossing {
  const linked = regions.filter((region) => !isExternal(region));
  const shares = new Map(linked.map(({ id }) => [id, traffic.shares.get(id) ?? 0]));
  const sent = new Map<string, number>();
  const got = new Map<string, number>();
  const add = (to: Map<string, number>, id: string, count: number) => to.set(id, (to.get(id) ?? 0) + count);
  for (const [from, share] of shares) {
    for (const [to, copies] of meshCopies(from, shares, traffic.fanOut, subscribersAre)) {
      add(sent, from, monthly(traffic) * share * copies);
      add(got, to, monthly(traffic) * share * copies);
    }
  }
  const replicas = linked.filter(({ jetstream }) => jetstream);
  const stored = monthly(traffic) * traffic.storedShare * [...shares.values()].reduce((a, b) => a + b, 0);
  for (const { id } of replicas) {
    add(sent, id, (stored * (REPLICAS - 1)) / replicas.length);
    add(got, id, (stored * (REPLICAS - 1)) / replicas.length);
  }
  return { sent, got };
}
