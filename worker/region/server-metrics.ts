// What a region's nats-server measures, read from its monitoring for `/metrics` and for the history. Never starts
// anything. What does not answer is absent, which is not zero.

import { CONTROL_NAME } from '../mesh/control-route.ts';
import {
  FIGURES_QUERY,
  figuresOf,
  type JetStreamFigures,
  type JszAnswer,
  META_QUERY,
  type RaftzAnswer,
} from './jetstream-figures.ts';
import { MONITORING_TIMEOUT_MS, parseGoDurationMs, readMonitoring } from './monitoring.ts';
import type {
  AccountTraffic,
  ConnzFigures,
  Figures,
  LeafFigures,
  MetricsWanted,
  RouteFigures,
  ServerMetrics,
} from './server-figures.ts';

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
  const [{ varz, answeredInMs }, routez, subsz, health, connz, accstatz] = await Promise.all([
    readMonitoring<Figures>(port, 'varz').then((varz) => ({ varz, answeredInMs: Date.now() - askedAt })),
    orAbsent(readMonitoring<{ routes?: readonly RouteFigures[] }>(port, 'routez')),
    details ? orAbsent(readMonitoring<Figures>(port, 'subsz')) : undefined,
    details ? orAbsent(healthOf(port)) : undefined,
    details ? orAbsent(readMonitoring<ConnzAnswer>(port, 'connz')) : undefined,
    details ? orAbsent(readMonitoring<AccstatzAnswer>(port, 'accstatz')) : undefined,
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
    ...(routez !== undefined && { routes: (routez.routes ?? []).filter(isLink).map(routeFigures) }),
    ...(subsz !== undefined && { subsz }),
    ...health,
    ...(connz !== undefined && { connz: connzFigures(connz) }),
    ...(leafz !== undefined && { leafs: (leafz.leafs ?? []).map(leafFigures) }),
    ...(accstatz !== undefined && { accounts: (accstatz.account_statz ?? []).map(accountTraffic) }),
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
async function healthOf(port: Fetcher): Promise<Pick<ServerMetrics, 'health' | 'healthProblem'>> {
  const response = await port.fetch('http://nats-server/healthz', {
    signal: AbortSignal.timeout(MONITORING_TIMEOUT_MS),
  });
  const { status = 'error', error } = await response.json<{ status?: string; error?: string }>();
  return { health: status, ...(error !== undefined && { healthProblem: error }) };
}

/** The fields that are shown; the answer has more. */
/** A route to another server. */
function isLink({ remote_name }: RouteFigures): boolean {
  return remote_name !== CONTROL_NAME;
}

function routeFigures(route: RouteFigures): RouteFigures {
  const { rid, remote_id, remote_name, in_bytes, out_bytes, in_msgs, out_msgs, pending_size } = route;
  const name = remote_name === undefined ? {} : { remote_name };
  return { rid, remote_id, ...name, in_bytes, out_bytes, in_msgs, out_msgs, pending_size };
}

/** `/connz`, in part. */
interface ConnzAnswer extends Pick<ConnzFigures, 'num_connections' | 'total' | 'offset' | 'limit'> {
  readonly connections?: readonly Omit<ConnzFigures, 'num_connections' | 'total' | 'offset' | 'limit'>[];
}

function connzFigures({
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

/** `/accstatz`, in part. */
interface AccstatzAnswer {
  readonly account_statz?: readonly AccountTraffic[];
}

/** The fields that are shown; the answer has more. */
function accountTraffic({ sent, received, ...account }: AccountTraffic): AccountTraffic {
  const { acc, name, conns, leafnodes, total_conns, num_subscriptions, slow_consumers } = account;
  return {
    ...{ acc, conns, leafnodes, total_conns, num_subscriptions, slow_consumers },
    ...(name !== undefined && { name }),
    sent: { msgs: sent.msgs, bytes: sent.bytes },
    received: { msgs: received.msgs, bytes: received.bytes },
  };
}

interface LeafAnswer extends Omit<LeafFigures, 'rttSeconds'> {
  readonly rtt?: string;
}

function leafFigures({ rtt, ...leaf }: LeafAnswer): LeafFigures {
  const { name, account, ip, port, in_msgs, out_msgs, in_bytes, out_bytes, subscriptions } = leaf;
  const rttSeconds = (parseGoDurationMs(rtt ?? '') ?? 0) / 1_000;
  return { name, account, ip, port, rttSeconds, in_msgs, out_msgs, in_bytes, out_bytes, subscriptions };
}
