// All that a deployment uses in a month and is billed for, under one set of assumptions. Pure.
//
// Left out, since they stay within what is included: rows and storage of objects, and KV.

import type { MeridianConfig } from '../regions/config.ts';
import { containerSize } from '../regions/container-size.ts';
import { instanceLimits } from '../regions/instance-limits.ts';
import { ASSUMPTIONS, type Assumptions, type Scenario } from './assumptions.ts';
import { dearestPlaces } from './dearest-places.ts';
import { type EgressPriceId, egressPrice, egressPrices } from './egress-price.ts';
import { logUses } from './log-uses.ts';
import { DAYS_PER_MONTH, SECONDS_PER_MONTH } from './month.ts';
import { objectUses, sharedObjectUses } from './object-uses.ts';
import { OBJECT_GB } from './prices.ts';
import { presentClients, type RegionLoad, regionLoads } from './region-load.ts';
import { storageUses } from './storage-uses.ts';
import { scrapesPerMonth, type Traffic } from './traffic.ts';
import type { Use } from './use.ts';

const BYTES_PER_GIB = 1024 ** 3;
const BYTES_PER_GB = 1_000_000_000;
const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_HOUR = 3_600;

/** The cron trigger, each minute: CPU of the Worker for each time. */
const WORKER_MS_PER_CRON = 5;
/** To write what a scrape of `/metrics` gets. */
const WORKER_MS_PER_SCRAPE = 10;

/** In no order that matters. */
export function usesOf(config: MeridianConfig, traffic: Traffic, scenario: Scenario): readonly Use[] {
  const assumptions = ASSUMPTIONS[scenario];
  const loads = regionLoads(config, traffic, assumptions);
  const egress = egressPricesOf(loads, assumptions);
  const uses: readonly Use[] = [
    { driver: 'plan', region: null, price: 'plan', quantity: 1 },
    ...loads.flatMap((load, index) => [
      ...containerUses(load),
      ...egressUses(load, egress[index] ?? egressPrice(), assumptions),
      ...objectUses(load, config, traffic, assumptions),
    ]),
    ...sharedObjectUses(loads, traffic, assumptions),
    ...workerUses(loads, traffic, assumptions),
    ...storageUses(config, traffic),
    ...sessionUses(config, traffic, assumptions),
  ];
  return [...uses, ...logUses(uses, loads, traffic, assumptions)];
}

function containerUses({ region, servers, seconds, cpuSeconds }: RegionLoad): Use[] {
  const { memory, disk } = containerSize(region.instanceType);
  const at = { region: region.id };
  const ran = servers * seconds;
  return [
    { ...at, driver: 'memory', price: 'memory', quantity: (ran * memory) / BYTES_PER_GIB },
    { ...at, driver: 'disk', price: 'disk', quantity: (ran * disk) / BYTES_PER_GB },
    { ...at, driver: 'cpu', price: 'cpu', quantity: cpuSeconds },
  ];
}

function egressUses(
  { region, clientBytes, meshBytes }: RegionLoad,
  price: EgressPriceId,
  { isObjectTrafficEgress }: Assumptions,
): Use[] {
  const gb = isObjectTrafficEgress ? 1 / BYTES_PER_GB : 0;
  return [
    { driver: 'egress', region: region.id, price, quantity: clientBytes * gb },
    { driver: 'mesh', region: region.id, price, quantity: meshBytes * gb },
  ];
}

/** In the order of `loads`. */
function egressPricesOf(
  loads: readonly RegionLoad[],
  { isPlacedDear }: Assumptions,
): readonly EgressPriceId[] {
  const senders = loads.map(({ region: { placement }, clientBytes, meshBytes }) => ({
    gb: (clientBytes + meshBytes) / BYTES_PER_GB,
    prices: egressPrices(placement),
  }));
  return isPlacedDear ? dearestPlaces(senders) : senders.map(({ prices: [usual] }) => usual);
}

/** Without those who connect to a region that takes none; those of external regions come through the Worker too. */
function workerUses(
  loads: readonly RegionLoad[],
  traffic: Traffic,
  { workerMsPerConnect }: Assumptions,
): Use[] {
  const away = loads.reduce((sum, { servers, clients }) => sum + (servers === 0 ? clients : 0), 0);
  const connects = Math.max(0, presentClients(traffic) - away) * traffic.connects * DAYS_PER_MONTH;
  const crons = SECONDS_PER_MONTH / SECONDS_PER_MINUTE;
  const scrapes = scrapesPerMonth(traffic);
  const at = { driver: 'worker', region: null } as const;
  return [
    { ...at, price: 'workerRequests', quantity: connects + crons + scrapes },
    {
      ...at,
      price: 'workerCpu',
      quantity: connects * workerMsPerConnect + crons * WORKER_MS_PER_CRON + scrapes * WORKER_MS_PER_SCRAPE,
    },
  ];
}

/** Without what their clients send: a session is for a test run or a tenant, not for the load. */
function sessionUses(
  { sessions }: MeridianConfig,
  { sessionHours }: Traffic,
  assumptions: Assumptions,
): Use[] {
  const { memory, disk } = containerSize(sessions.instanceType);
  const seconds = sessionHours * SECONDS_PER_HOUR;
  const cpu = Math.min(assumptions.idleCpuShare, instanceLimits(sessions.instanceType).vcpu);
  const at = { driver: 'sessions', region: null } as const;
  return [
    { ...at, price: 'memory', quantity: (seconds * memory) / BYTES_PER_GIB },
    { ...at, price: 'disk', quantity: (seconds * disk) / BYTES_PER_GB },
    { ...at, price: 'cpu', quantity: seconds * cpu },
    { ...at, price: 'objectDuration', quantity: seconds * OBJECT_GB },
  ];
}
