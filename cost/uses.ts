// All that a deployment uses in a month and is billed for, under one set of assumptions. Pure.
//
// Left out, since they stay within what is included: rows and storage of objects, KV, logs; and requests of the HTTP API.

import type { MeridianConfig } from '../regions/config.ts';
import { containerSize } from '../regions/container-size.ts';
import { instanceLimits } from '../regions/instance-limits.ts';
import { ASSUMPTIONS, type Assumptions, type Scenario } from './assumptions.ts';
import { dearestPlaces } from './dearest-places.ts';
import { type EgressPriceId, egressPrice, egressPrices } from './egress-price.ts';
import { DAYS_PER_MONTH, SECONDS_PER_MONTH } from './month.ts';
import { OBJECT_GB, WEBSOCKET_MESSAGES_PER_REQUEST } from './prices.ts';
import { presentClients, type RegionLoad, regionLoads } from './region-load.ts';
import { storageUses } from './storage-uses.ts';
import type { Traffic } from './traffic.ts';
import type { Use } from './use.ts';

const BYTES_PER_GIB = 1024 ** 3;
const BYTES_PER_GB = 1_000_000_000;
const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_HOUR = 3_600;

/** The collector looks at each region that is awake so often; at one that sleeps once a minute. */
const LOOK_SECONDS = 10;
/** The cron trigger: CPU of the Worker for each time, which is each minute. */
const WORKER_MS_PER_CRON = 5;

/** In no order that matters. */
export function usesOf(config: MeridianConfig, traffic: Traffic, scenario: Scenario): readonly Use[] {
  const assumptions = ASSUMPTIONS[scenario];
  const loads = regionLoads(config, traffic, assumptions);
  const egress = egressPricesOf(loads, assumptions);
  return [
    { driver: 'plan', region: null, price: 'plan', quantity: 1 },
    ...loads.flatMap((load, index) => [
      ...containerUses(load),
      ...egressUses(load, egress[index] ?? egressPrice(), assumptions),
      ...objectUses(load, config, assumptions),
    ]),
    ...sharedObjectUses(loads, assumptions),
    ...workerUses(traffic, assumptions),
    ...storageUses(config, traffic),
    ...sessionUses(config, traffic, assumptions),
  ];
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

/** Of the region's object and its members': each is in memory while its container runs. */
function objectUses(load: RegionLoad, { mesh }: MeridianConfig, assumptions: Assumptions): Use[] {
  const { region, servers, seconds, connects, published } = load;
  const ran = servers * seconds;
  // What servers send each other comes over TCP or as the stream of one call, and not as messages of a WebSocket.
  const passed = assumptions.arePassedMessagesRequests ? published : 0;
  const requests =
    ran / LOOK_SECONDS +
    SECONDS_PER_MONTH / SECONDS_PER_MINUTE +
    (ran / mesh.reconcileSeconds) * assumptions.objectRequestsPerReconcile +
    connects * assumptions.objectRequestsPerConnect +
    passed / WEBSOCKET_MESSAGES_PER_REQUEST;
  const at = { driver: 'objects', region: region.id } as const;
  return [
    { ...at, price: 'objectRequests', quantity: requests },
    { ...at, price: 'objectDuration', quantity: ran * OBJECT_GB },
  ];
}

/** Of the collector, which is always in memory, and of the Keeper where there are JetStream servers. */
function sharedObjectUses(loads: readonly RegionLoad[], { isKeeperAlwaysInMemory }: Assumptions): Use[] {
  const hasKeeper = loads.some(({ region, servers }) => region.jetstream && servers > 0);
  const objects = 1 + Number(hasKeeper && isKeeperAlwaysInMemory);
  const at = { driver: 'objects', region: null } as const;
  return [
    { ...at, price: 'objectRequests', quantity: SECONDS_PER_MONTH / LOOK_SECONDS },
    { ...at, price: 'objectDuration', quantity: objects * SECONDS_PER_MONTH * OBJECT_GB },
  ];
}

function workerUses(traffic: Traffic, { workerMsPerConnect }: Assumptions): Use[] {
  const connects = presentClients(traffic) * traffic.connects * DAYS_PER_MONTH;
  const crons = SECONDS_PER_MONTH / SECONDS_PER_MINUTE;
  const at = { driver: 'worker', region: null } as const;
  return [
    { ...at, price: 'workerRequests', quantity: connects + crons },
    { ...at, price: 'workerCpu', quantity: connects * workerMsPerConnect + crons * WORKER_MS_PER_CRON },
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
  const cpu = assumptions.idleCpuShare * instanceLimits(sessions.instanceType).vcpu;
  const at = { driver: 'sessions', region: null } as const;
  return [
    { ...at, price: 'memory', quantity: (seconds * memory) / BYTES_PER_GIB },
    { ...at, price: 'disk', quantity: (seconds * disk) / BYTES_PER_GB },
    { ...at, price: 'cpu', quantity: seconds * cpu },
    { ...at, price: 'objectDuration', quantity: seconds * OBJECT_GB },
  ];
}
