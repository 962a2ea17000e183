// What the same load would cost elsewhere: NATS on AWS Fargate, on droplets, in Synadia Cloud. Each runs servers without what
// Meridian adds, and each says what that is, so that nobody compares dollars alone. Pure.

import { isExternal, type MeridianConfig, type RegionConfig } from '../regions/config.ts';
import { instanceLimits } from '../regions/instance-limits.ts';
import type { Alternative } from './alternative.ts';
import { ASSUMPTIONS } from './assumptions.ts';
import { awsEgress } from './aws-egress.ts';
import { atListPrice } from './charge.ts';
import { HOURS_PER_MONTH } from './month.ts';
import { AWS, DROPLET_EGRESS, DROPLETS, FARGATE_SIZES, type Machine } from './other-prices.ts';
import { regionLoads } from './region-load.ts';
import { synadia } from './synadia.ts';
import type { Traffic } from './traffic.ts';

const MIB_PER_GIB = 1_024;
const BYTES_PER_GB = 1_000_000_000;
const BYTES_PER_GIB = 1_024 ** 3;

/** In the order in which they are shown. */
export function alternatives(config: MeridianConfig, traffic: Traffic): readonly Alternative[] {
  const needs = needsOf(config, traffic);
  return [
    fargate(needs),
    droplets(needs, 'droplets, one for each server', needs.servers),
    droplets({ ...needs, meshBytes: 0, insideBytes: 0 }, 'one droplet', needs.servers.slice(0, 1)),
    synadia(needs.clientBytes, traffic),
  ];
}

interface Needs {
  /** Sizes of all servers that run at the same time, largest first. */
  readonly servers: readonly RegionConfig['instanceType'][];
  readonly clientBytes: number;
  readonly meshBytes: number;
  /** Of those: between servers of one region. */
  readonly insideBytes: number;
}

/** Somebody else's containers do not sleep: what runs at all runs all month. */
function needsOf(config: MeridianConfig, traffic: Traffic): Needs {
  const loads = regionLoads(config, traffic, ASSUMPTIONS.mid);
  const servers = config.regions
    .filter((region) => !isExternal(region))
    .flatMap((region) => {
      const count = loads.find((load) => load.region.id === region.id)?.servers ?? 0;
      return Array.from(
        { length: Math.max(count, Number(region.enabled && !region.drain)) },
        () => region.instanceType,
      );
    })
    .toSorted((a, b) => memoryGb(b) - memoryGb(a));
  return {
    servers,
    clientBytes: sum(loads.map((load) => load.clientBytes)),
    meshBytes: sum(loads.map((load) => load.meshBytes)),
    insideBytes: sum(loads.map((load) => load.insideBytes)),
  };
}

function fargate({ servers, clientBytes, meshBytes }: Needs): Alternative {
  const tasks = servers.map(fargateSize);
  const hours = HOURS_PER_MONTH;
  const size = (task: FargateSize | undefined) =>
    task === undefined
      ? undefined
      : hours *
        (atListPrice(AWS.vcpu, task.vcpu) + atListPrice(AWS.memory, task.memoryGb) + AWS.ipv4.dollars);
  const known = tasks.map(size).filter((dollars) => dollars !== undefined);
  const traffic =
    awsEgress(clientBytes / BYTES_PER_GB) + atListPrice(AWS.betweenRegions, meshBytes / BYTES_PER_GB);
  return {
    name: `AWS Fargate, ${plural(servers.length, 'task')}`,
    dollars: known.length < tasks.length ? null : sum(known) + traffic,
    what: 'tasks that always run, at the prices of us-east-1, with an address each; without load balancers, logs, backups of streams, what traffic between continents costs more, and somebody who runs NATS over regions',
  };
}

interface FargateSize {
  readonly vcpu: number;
  readonly memoryGb: number;
}

/** The smallest that has what the container has; undefined: there is none. */
export function fargateSize(type: RegionConfig['instanceType']): FargateSize | undefined {
  const { vcpu } = instanceLimits(type);
  return FARGATE_SIZES.filter((each) => each.vcpu >= vcpu)
    .flatMap((each) => each.memoryGb.map((gb) => ({ vcpu: each.vcpu, memoryGb: gb })))
    .find((each) => each.memoryGb >= memoryGb(type));
}

/** Between those in one data center traffic is free. */
function droplets(
  { clientBytes, meshBytes, insideBytes }: Needs,
  name: string,
  servers: Needs['servers'],
): Alternative {
  const machines = servers.map(dropletOf).filter((machine) => machine !== undefined);
  const included = sum(machines.map(({ transferGib }) => transferGib));
  const beyond = Math.max(0, (clientBytes + meshBytes - insideBytes) / BYTES_PER_GIB - included);
  return {
    name,
    dollars:
      machines.length < servers.length || servers.length === 0
        ? null
        : sum(machines.map(({ dollars }) => dollars)) + atListPrice(DROPLET_EGRESS, beyond),
    what:
      servers.length > 1
        ? 'machines that somebody patches, links and watches; without Oceania beyond Sydney, routing, drains and backups of streams'
        : 'one machine in one room, that somebody patches and watches: far from most of the world, without backups of streams, and gone when it is gone',
  };
}

/** The smallest that has as much memory; undefined: there is none. */
export function dropletOf(type: RegionConfig['instanceType']): Machine | undefined {
  return DROPLETS.find((machine) => machine.memoryGb >= memoryGb(type));
}

function memoryGb(type: RegionConfig['instanceType']): number {
  return instanceLimits(type).memoryMib / MIB_PER_GIB;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
