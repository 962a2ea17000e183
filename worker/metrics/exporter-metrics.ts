// What a server measures under the names of prometheus-nats-exporter: an endpoint, and the path of a number in its JSON.
// As the Helm chart runs it everything begins with `nats_`; by itself it says `gnatsd_` and `jetstream_`. Pure.

import type { ConnzFigures, Figures, LeafFigures, ServerMetrics } from '../region/server-figures.ts';
import type { Family, Labels, Sample } from './exposition.ts';

/** What names begin with. */
export interface Prefixes {
  readonly server: string;
  readonly jetstream: string;
}

export const HELM: Prefixes = { server: 'nats', jetstream: 'nats' };
export const EXPORTER: Prefixes = { server: 'gnatsd', jetstream: 'jetstream' };

/** A metric of the exporter's, all of which are untyped here: it calls those that grow gauges too. */
export function exporterFamily(name: string, help: string): Family {
  return { name, type: 'unknown', help };
}

/** Numbers that the exporter does not show. */
const NOT_SHOWN: ReadonlySet<string> = new Set([
  'leaf',
  'trusted_operators_claim',
  'cluster_tls_timeout',
  'cluster_cluster_port',
  'cluster_auth_timeout',
  'gateway_port',
  'gateway_auth_timeout',
  'gateway_tls_timeout',
  'gateway_connect_retries',
]);

/** The texts that it shows: a time as ms since the epoch, any other as a label of a 1. */
const SHOWN_TEXTS: ReadonlySet<string> = new Set([
  'server_id',
  'server_name',
  'version',
  'domain',
  'leader',
  'name',
  'start',
  'config_load_time',
]);

/** @param serverId the server's name: its own id is another one after each restart */
export function exporterMetrics(
  server: ServerMetrics,
  serverId: string,
  { server: prefix }: Prefixes,
): readonly Sample[] {
  const { varz, subsz, routes, connz, health, leafs } = server;
  const labels = { server_id: serverId };
  const gauge = (name: string, value: number, more: Labels = {}): Sample => ({
    family: exporterFamily(`${prefix}_${name}`, `${name.replace('_', ': ')}, as nats-server says it`),
    labels: { ...labels, ...more },
    value,
  });
  return [
    ...flattened(varz).map(({ name, value, text }) =>
      gauge(`varz_${name}`, value, text === undefined ? {} : { value: text }),
    ),
    ...(subsz === undefined ? [] : flattened(subsz))
      .filter(({ text }) => text === undefined)
      .map(({ name, value }) => gauge(`subsz_${name}`, value)),
    ...(routes === undefined ? [] : [gauge('routez_num_routes', routes.length)]),
    ...(connz === undefined
      ? []
      : (Object.keys(connz) as (keyof ConnzFigures)[]).map((name) => gauge(`connz_${name}`, connz[name]))),
    ...(health === undefined
      ? []
      : [
          gauge('healthz_status', health === 'ok' ? 0 : 1),
          gauge('healthz_status_value', health === 'ok' ? 1 : 0, { value: health }),
        ]),
    ...(leafs === undefined
      ? []
      : [
          gauge('leafz_conn_nodes_total', leafs.length),
          ...leafs.flatMap((leaf) => leafMetrics(leaf, gauge)),
        ]),
  ];
}

function leafMetrics(
  leaf: LeafFigures,
  gauge: (name: string, value: number, labels: Labels) => Sample,
): readonly Sample[] {
  const { name, account, ip, port } = leaf;
  const labels = { account, account_id: account, ip, port: String(port), name };
  return [
    gauge('leafz_info', 1, labels),
    gauge('leafz_conn_rtt', leaf.rttSeconds, labels),
    gauge('leafz_conn_in_msgs', leaf.in_msgs, labels),
    gauge('leafz_conn_out_msgs', leaf.out_msgs, labels),
    gauge('leafz_conn_in_bytes', leaf.in_bytes, labels),
    gauge('leafz_conn_out_bytes', leaf.out_bytes, labels),
    gauge('leafz_conn_subscriptions_total', leaf.subscriptions, labels),
  ];
}

interface Flat {
  readonly name: string;
  readonly value: number;
  readonly text?: string;
}

function flattened(figures: Figures, path: readonly string[] = []): readonly Flat[] {
  return Object.entries(figures).flatMap(([key, value]): readonly Flat[] => {
    const name = nameOf([...path, key]);
    if (NOT_SHOWN.has(name)) return [];
    if (typeof value === 'number') return [{ name, value }];
    if (typeof value === 'string') return SHOWN_TEXTS.has(key) ? [textMetric(name, value)] : [];
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? flattened(value as Figures, [...path, key]) : [];
  });
}

function textMetric(name: string, text: string): Flat {
  const isTime = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text);
  return isTime ? { name, value: Math.floor(Date.parse(text)) } : { name, value: 1, text };
}

/** The parts joined by `_`; what cannot be in a name, such as the slash of `/varz`, becomes one. */
function nameOf(path: readonly string[]): string {
  return path
    .join('_')
    .replaceAll(/[^a-zA-Z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
}
