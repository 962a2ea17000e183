// What a deployment's objects use in a month, under one set of assumptions: requests, and the time for which they are in memory. Pure.

import type { MeridianConfig } from '../regions/config.ts';
import type { Assumptions } from './assumptions.ts';
import { SECONDS_PER_MONTH } from './month.ts';
import { OBJECT_GB, WEBSOCKET_MESSAGES_PER_REQUEST } from './prices.ts';
import type { RegionLoad } from './region-load.ts';
import { scrapesPerMonth, type Traffic } from './traffic.ts';
import type { Use } from './use.ts';

const SECONDS_PER_MINUTE = 60;
const MINUTES_PER_MONTH = SECONDS_PER_MONTH / SECONDS_PER_MINUTE;

/** The collector looks at each server that runs so often; at a region that sleeps once a minute. */
const LOOK_SECONDS = 10;
/** A region's object asks each of its members so often, to decide how many there are to be. */
const ASK_MEMBER_SECONDS = 2;
/** The cron trigger asks the collector, the object of rollouts and the store of the configuration, this one twice. */
const CRON_REQUESTS = 4;
/** Of those, what is not in memory anyway: the object of rollouts and the store. */
const CRON_WAKES = 2;

/** Of a region's object and its members': each is in memory while its container runs. */
export function objectUses(
  load: RegionLoad,
  { mesh }: MeridianConfig,
  traffic: Traffic,
  assumptions: Assumptions,
): Use[] {
  const { region, servers, seconds, connects } = load;
  const ran = servers * seconds;
  const wakes = (SECONDS_PER_MONTH - seconds) / SECONDS_PER_MINUTE;
  const requests =
    ran / LOOK_SECONDS +
    (Math.max(0, servers - 1) * seconds) / ASK_MEMBER_SECONDS +
    MINUTES_PER_MONTH +
    (ran / mesh.reconcileSeconds) * assumptions.objectRequestsPerReconcile +
    connects * assumptions.objectRequestsPerConnect +
    scrapesPerMonth(traffic) * servers * (seconds / SECONDS_PER_MONTH) +
    passedRequests(load, assumptions);
  const at = { driver: 'objects', region: region.id } as const;
  return [
    { ...at, price: 'objectRequests', quantity: requests },
    { ...at, price: 'objectDuration', quantity: (ran + wakes * assumptions.wakeSeconds) * OBJECT_GB },
  ];
}

/**
 * For messages that clients send through the object, if they count. What servers send each other does not: it comes over TCP or
 * as the stream of one call, and not as messages of a WebSocket.
 */
export function passedRequests(
  { published }: RegionLoad,
  { arePassedMessagesRequests }: Assumptions,
): number {
  return arePassedMessagesRequests ? published / WEBSOCKET_MESSAGES_PER_REQUEST : 0;
}

/** Of the collector, which is always in memory, of the Keeper where there are JetStream servers, and of those that are asked now and then. */
export function sharedObjectUses(
  loads: readonly RegionLoad[],
  traffic: Traffic,
  assumptions: Assumptions,
): Use[] {
  const hasKeeper = loads.some(({ region, servers }) => region.jetstream && servers > 0);
  const always = 1 + Number(hasKeeper && assumptions.isKeeperAlwaysInMemory);
  const connects = loads.reduce((sum, load) => sum + load.connects, 0);
  const requests =
    SECONDS_PER_MONTH / LOOK_SECONDS +
    MINUTES_PER_MONTH * CRON_REQUESTS +
    connects * assumptions.collectorRequestsPerConnect +
    scrapesPerMonth(traffic) * (1 + Number(hasKeeper));
  const seconds = always * SECONDS_PER_MONTH + MINUTES_PER_MONTH * CRON_WAKES * assumptions.wakeSeconds;
  const at = { driver: 'objects', region: null } as const;
  return [
    { ...at, price: 'objectRequests', quantity: requests },
    { ...at, price: 'objectDuration', quantity: seconds * OBJECT_GB },
  ];
}
