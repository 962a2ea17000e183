// Asks a region's nats-server what it says about itself on its monitoring port.

import { OWN_NAME } from '../own-connections.ts';
import type { Connection } from './client-mover.ts';
import type { FailedLeaf } from './leaf-newcomers.ts';

/** `/connz`, in part. */
export interface Connz {
  readonly now: string;
  readonly connections: readonly {
    readonly cid: number;
    readonly start: string;
    /** Set by what a client says about itself when it authenticates, or does afterwards. */
    readonly lang?: string;
    readonly version?: string;
    readonly name?: string;
    /** Of a client that speaks MQTT, which says nothing else about itself. */
    readonly mqtt_client?: string;
    readonly in_msgs: number;
    readonly subscriptions: number;
    /** Why it was closed, of closed ones. */
    readonly reason?: string;
    /** What it was, of closed ones: leaf nodes are among them. */
    readonly kind?: string;
  }[];
}

/** How long each connection that has not authenticated has existed, ms. */
export function agesOfUnauthenticated({ now, connections }: Connz): readonly number[] {
  return connections
    .filter(({ lang, version, name }) => lang === undefined && version === undefined && name === undefined)
    .filter(({ mqtt_client }) => mqtt_client === undefined)
    .filter(({ in_msgs, subscriptions }) => in_msgs === 0 && subscriptions === 0)
    .map(({ start }) => Date.parse(now) - Date.parse(start));
}

/** All but those of Meridian's own. */
export function connectionsIn({ now, connections }: Connz): readonly Connection[] {
  return connections
    .filter(({ name }) => name !== OWN_NAME)
    .map(({ cid, start }) => ({ cid, ageMs: Date.parse(now) - Date.parse(start) }));
}

/** nats-server's words for wrong credentials. */
const WRONG_CREDENTIALS = 'Authentication Failure';

/** nats-server's word for a leaf node. */
const LEAF_NODE = 'Leafnode';

/** How long ago each client's connection began that was closed for wrong credentials, ms. */
export function agesOfFailed({ now, connections }: Connz): readonly number[] {
  return connections
    .filter(({ reason, kind }) => reason === WRONG_CREDENTIALS && kind !== LEAF_NODE)
    .map(({ start }) => Date.parse(now) - Date.parse(start));
}

/** The same of leaf nodes. @param askedAt by the object's clock */
export function failedLeafsIn({ now, connections }: Connz, askedAt: number): readonly FailedLeaf[] {
  return connections
    .filter(({ reason, kind }) => reason === WRONG_CREDENTIALS && kind === LEAF_NODE)
    .map(({ cid, start }) => ({ id: cid, beganAt: askedAt - (Date.parse(now) - Date.parse(start)) }));
}

/** A monitoring endpoint answered with something other than 200 and JSON. */
export class MonitoringError extends Error {
  override readonly name = 'MonitoringError';
}

/** A server that is up answers within milliseconds; one that takes longer than this is as good as down. */
export const MONITORING_TIMEOUT_MS = 2_000;

type Endpoint =
  | 'varz'
  | 'routez'
  | 'subsz'
  | 'leafz'
  | 'accstatz'
  | 'connz'
  | `connz?${string}`
  | `jsz?${string}`
  | `raftz?${string}`;

/** Asks the server behind `port` for one of its monitoring endpoints. */
export async function readMonitoring<T>(port: Fetcher, endpoint: Endpoint): Promise<T> {
  const response = await port.fetch(`http://nats-server/${endpoint}`, {
    signal: AbortSignal.timeout(MONITORING_TIMEOUT_MS),
  });
  if (!response.ok) throw new MonitoringError(`/${endpoint} answered ${response.status}`);
  return response.json<T>();
}

/**
 * In lame duck mode a server has closed the port for clients, which `/healthz` reports. Its text is examined because
 * `/healthz` also fails, without naming a port, on a machine that is too busy to check within a millisecond.
 */
export async function isInLameDuckMode(port: Fetcher): Promise<boolean> {
  const response = await port.fetch('http://nats-server/healthz?js-enabled-only=true', {
    signal: AbortSignal.timeout(MONITORING_TIMEOUT_MS),
  });
  return !response.ok && (await response.text()).includes('websocket');
}

const GO_UNITS_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  µs: 1e-3,
  us: 1e-3,
  ns: 1e-6,
};

/** A Go duration (`1m2.5s`, `1.234ms`, `531µs`) in milliseconds; undefined if it is not one. */
export function parseGoDurationMs(duration: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|m|s|µs|us|ns))+$/.test(duration)) return undefined;
  let total = 0;
  for (const [, value, unit] of duration.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|µs|us|ns)/g)) {
    total += Number(value) * (GO_UNITS_MS[unit ?? ''] ?? 0);
  }
  return total;
}
