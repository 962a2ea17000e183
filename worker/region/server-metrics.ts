// What a region's nats-server measures, read from its monitoring for `/metrics` and for the history. Never starts
// anything. What does not answer is absent, which is not zero.

import type { StreamBackupStatus } from '../jetstream/backup/status.ts';
import {
  FIGURES_QUERY,
  figuresOf,
  type JetStreamFigures,
  type JszAnswer,
  META_QUERY,
  type RaftzAnswer,
} from './jetstream-figures.ts';
import { parseGoDurationMs, readMonitoring } from './monitoring.ts';
import type { RoutezRoute } from './monitoring-answers.ts';
import type { LinkStatus, RegionStatus } from './status.ts';

export type { StreamBackupStatus } from '../jetstream/backup/status.ts';

/** How much is asked for. The history needs the server only. */
export interface MetricsWanted {
  /** Connections, leaf nodes, JetStream's streams and their durable consumers. */
  readonly details: boolean;
  /** Consumers that are not durable too. */
  readonly ephemeral: boolean;
}

/** What a region's object tells the collector. */
export interface RegionMetrics {
  /** `clients` are without Meridian's own connections, which `server` counts. */
  readonly status: RegionStatus;
  readonly links: readonly LinkStatus[];
  /** Of the streams that its server leads; absent without details. */
  readonly backups?: readonly StreamBackupStatus[];
  /** Absent if no server runs, or it does not answer. */
  readonly server?: ServerMetrics;
}

/** A JSON object of figures, which may be nested. */
export interface Figures {
  readonly [name: string]: unknown;
}

/** A route, as this server sees it. */
export type RouteFigures = Pick<
  RoutezRoute,
  'rid' | 'remote_id' | 'remote_name' | 'in_bytes' | 'out_bytes'
> & {
  readonly in_msgs: number;
  readonly out_msgs: number;
  readonly pending_size: number;
};

/** Sums over the connections that `/connz` lists, at most its own limit of 1,024. */
export interface ConnzFigures {
  readonly num_connections: number;
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
  readonly pending_bytes: number;
  readonly subscriptions: number;
  readonly in_bytes: number;
  readonly out_bytes: number;
  readonly in_msgs: number;
  readonly out_msgs: number;
}

export interface LeafFigures {
  readonly name: string;
  readonly account: string;
  readonly ip: string;
  readonly port: number;
  readonly rttSeconds: number;
  readonly in_msgs: number;
  readonly out_msgs: number;
  readonly in_bytes: number;
  readonly out_bytes: number;
  readonly subscriptions: number;
}

export interface ServerMetrics {
  /** How long `/varz` took to answer, ms. */
  readonly answeredInMs: number;
  /** `/varz` as it is, with Meridian's own connections. */
  readonly varz: Figures;
  readonly routes?: readonly RouteFigures[];
  /** What `/healthz` says: `ok`, or another word. */
  readonly health?: string;
  readonly subsz?: Figures;
  readonly connz?: ConnzFigures;
  readonly leafs?: readonly LeafFigures[];
  readonly jetstream?: JetStreamFigures;
}

/**
 * Asks the server behind its monitoring port.
 *
 * @throws Error if it does not say the first thing, `/varz`, in time
 */
export async function readServerMetrics(
  port: Fetcher,
  { details, ephemeral }: MetricsWanted,
): Promise<ServerMetrics> {
  const askedAt = Date.now();
  const [{ varz, answeredInMs }, routez, subsz, health, connz] = await Promise.all([
    readMonitoring<Figures>(port, 'varz').then((varz) => ({ varz, answeredInMs: Date.now() - askedAt })),
    orAbsent(readMonitoring<{ routes?: readonly RouteFigures[] }>(port, 'routez')),
    details ? orAbsent(readMonitoring<Figures>(port, 'subsz')) : undefined,
    details ? orAbsent(healthOf(port)) : undefined,
    details ? orAbsent(readMonitoring<ConnzAnswer>(port, 'connz')) : undefined,
  ]);
  const name = typeof varz.server_name === 'string' ? varz.server_name : '';
  const [leafz, jetstream] = await Promise.all([
    details && Number(varz.leafnodes) > 0
      ? orAbsent(readMonitoring<{ leafs?: readonly LeafAnswer[] }>(port, 'leafz'))
      : undefined,
    details && hasJetStream(varz) ? orAbsent(readJetStream(port, { name, ephemeral })) : undefined,
  ]);
  return {
    answeredInMs,
    varz,
    ...(routez !== undefined && { routes: (routez.routes ?? []).map(routeFigures) }),
    ...(subsz !== undefined && { subsz }),
    ...(health !== undefined && { health }),
    ...(connz !== undefined && { connz: connzFigures(connz) }),
    ...(leafz !== undefined && { leafs: (leafz.leafs ?? []).map(leafFigures) }),
    ...(jetstream !== undefined && { jetstream }),
  };
}

/** Undefined if it rejects: the server's watch notices one that does not answer. */
function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch(() => undefined);
}

function hasJetStream({ jetstream }: Figures): boolean {
  return typeof jetstream === 'object' && jetstream !== null && Object.keys(jetstream).length > 0;
}

async function readJetStream(
  port: Fetcher,
  options: { readonly name: string; readonly ephemeral: boolean },
): Promise<JetStreamFigures> {
  const [jsz, raftz] = await Promise.all([
    readMonitoring<JszAnswer>(port, FIGURES_QUERY),
    // A server that is alone has no groups, and says so with an error.
    orAbsent(readMonitoring<RaftzAnswer>(port, META_QUERY)),
  ]);
  return figuresOf(jsz, raftz, options);
}

/** Of any status: a server that is not healthy says so with 503. */
async function healthOf(port: Fetcher): Promise<string> {
  const response = await port.fetch('http://nats-server/healthz', { signal: AbortSignal.timeout(2_000) });
  const { status = 'error' } = await response.json<{ status?: string }>();
  return status;
}

/** The fields that are shown; the answer has more. */
function routeFigures(route: RouteFigures): RouteFigures {
  const { rid, remote_id, remote_name, in_bytes, out_bytes, in_msgs, out_msgs, pending_size } = route;
  const name = remote_name === undefined ? {} : { remote_name };
  return { rid, remote_id, ...name, in_bytes, out_bytes, in_msgs, out_msgs, pending_size };
}

/** `/connz`, in part. */
export interface ConnzAnswer extends Pick<ConnzFigures, 'num_connections' | 'total' | 'offset' | 'limit'> {
  readonly connections?: readonly Omit<ConnzFigures, 'num_connections' | 'total' | 'offset' | 'limit'>[];
}

export function connzFigures({
  num_connections,
  total,
  offset,
  limit,
  connections = [],
}: ConnzAnswer): ConnzFigures {
  const sum = {
    pending_bytes: 0,
    subscriptions: 0,
    in_bytes: 0,
    out_bytes: 0,
    in_msgs: 0,
    out_msgs: 0,
  };
  for (const connection of connections)
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += connection[name] ?? 0;
  return { num_connections, total, offset, limit, ...sum };
}

interface LeafAnswer extends Omit<LeafFigures, 'rttSeconds'> {
  readonly rtt?: string;
}

function leafFigures({ rtt, ...leaf }: LeafAnswer): LeafFigures {
  const { name, account, ip, port, in_msgs, out_msgs, in_bytes, out_bytes, subscriptions } = leaf;
  const rttSeconds = (parseGoDurationMs(rtt ?? '') ?? 0) / 1_000;
  return { name, account, ip, port, rttSeconds, in_msgs, out_msgs, in_bytes, out_bytes, subscriptions };
}
