// What a month brings to each region: for how long its servers run, the bytes that they send, the CPU that they take. Pure.

import { isExternal, type MeridianConfig, type RegionConfig } from '../regions/config.ts';
import { parseDurationMs } from '../regions/duration.ts';
import { instanceLimits } from '../regions/instance-limits.ts';
import type { MeshCompression } from '../regions/mesh-schema.ts';
import {
  type Assumptions,
  CPU_SECONDS_PER_BYTE,
  CPU_SECONDS_PER_MESSAGE,
  PUB_ACK_BYTES,
} from './assumptions.ts';
import { compressionCpuSeconds } from './compression-cpu.ts';
import type { Places } from './mesh-copies.ts';
import { type Crossing, crossings, NO_CROSSING } from './mesh-crossing.ts';
import { DAYS_PER_MONTH, HOURS_PER_MONTH, SECONDS_PER_MONTH } from './month.ts';
import { serversFor } from './servers.ts';
import type { Traffic } from './traffic.ts';

const MS_PER_HOUR = 3_600_000;

export interface RegionLoad {
  readonly region: RegionConfig;
  readonly clients: number;
  readonly servers: number;
  /** For which each of its servers runs, in a month. */
  readonly seconds: number;
  /** None where it takes no clients. */
  readonly connects: number;
  /** Messages that clients publish there. */
  readonly published: number;
  /** Bytes that clients get, and that other servers get. */
  readonly clientBytes: number;
  readonly meshBytes: number;
  /** Of those that other servers get: those of the region itself, its members. */
  readonly insideBytes: number;
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
  const own = config.regions.filter((region) => !isExternal(region));
  const clientsOf = ({ id }: RegionConfig) => presentClients(traffic) * (traffic.shares.get(id) ?? 0);
  const places = new Map(
    own.map((region) => {
      const servers = serversFor(region, clientsOf(region)) ?? 0;
      // Clients of a region that takes none are not in the cost, and neither is what they would send.
      return [region.id, { servers, share: servers === 0 ? 0 : (traffic.shares.get(region.id) ?? 0) }];
    }),
  );
  const jetstream = own
    .filter((region) => region.jetstream && (places.get(region.id)?.servers ?? 0) > 0)
    .map(({ id }) => id);
  const crossing = crossings({ messages: monthly(traffic), traffic, places, jetstream }, assumptions);
  return own.map((region) =>
    loadOf(region, {
      compression: config.mesh.compression,
      traffic,
      assumptions,
      places,
      clients: clientsOf(region),
      crossing: crossing.get(region.id) ?? NO_CROSSING,
    }),
  );
}

interface Around {
  readonly compression: MeshCompression;
  readonly traffic: Traffic;
  readonly assumptions: Assumptions;
  readonly places: Places;
  readonly clients: number;
  readonly crossing: Crossing;
}

function loadOf(region: RegionConfig, around: Around): RegionLoad {
  const { compression, traffic, assumptions, places, clients, crossing } = around;
  const { servers, share } = places.get(region.id) ?? { servers: 0, share: 0 };
  const published = monthly(traffic) * share;
  const delivered = published * traffic.fanOut;
  const acknowledged = published * traffic.storedShare;
  const bytes = traffic.size + assumptions.overheadBytes;
  const ackBytes = PUB_ACK_BYTES + assumptions.overheadBytes;
  const seconds = secondsAwake(region, clients, traffic.hours);
  const { vcpu } = instanceLimits(region.instanceType);
  const wanted =
    cpuOf(published + delivered + crossing.sent + crossing.got, traffic.size, assumptions) +
    cpuOf(acknowledged + crossing.sentAcks + crossing.gotAcks, PUB_ACK_BYTES, assumptions) +
    compressionCpuSeconds(compression, crossing.sent * bytes, assumptions) +
    servers * seconds * Math.min(assumptions.idleCpuShare, vcpu);
  const most = servers * seconds * vcpu;
  return {
    region,
    clients,
    servers,
    seconds,
    connects: servers === 0 ? 0 : clients * traffic.connects * DAYS_PER_MONTH,
    published,
    clientBytes: delivered * bytes + acknowledged * ackBytes,
    meshBytes: (crossing.sent * bytes + crossing.sentAcks * ackBytes) * traffic.meshBytesRatio,
    insideBytes: crossing.sentInside * bytes * traffic.meshBytesRatio,
    cpuSeconds: Math.min(wanted, most),
    isOverloaded: wanted > most,
  };
}

function cpuOf(messages: number, size: number, { cpuFactor }: Assumptions): number {
  return messages * (CPU_SECONDS_PER_MESSAGE + CPU_SECONDS_PER_BYTE * size) * cpuFactor;
}

/** At no hour of the day there are none, however many there would be. */
export function presentClients({ clients, hours }: Traffic): number {
  return hours === 0 ? 0 : clients;
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
