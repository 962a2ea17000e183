// What the dashboards that come with prometheus-nats-exporter and nats-surveyor ask of Prometheus, as of 2026: which
// metrics, by which labels they filter, and how they put them together. Left out are gateways, which Meridian does not
// have, and the surveyor's dashboard of service latency, whose data are what services publish about themselves.

type Form = 'value' | 'rate' | 'sum' | 'sum of rates' | 'delta' | 'sum of deltas';

interface Use {
  readonly forms: readonly Form[];
  /** Labels that they filter by: all of a dashboard's variables are set to everything. */
  readonly by: readonly string[];
  /** Labels that sums keep. */
  readonly keep?: string;
  readonly metrics: readonly string[];
}

/** Metrics without the prefix. */
const EXPORTER_SERVER = ['connections', 'cpu', 'in_bytes', 'in_msgs', 'mem', 'out_bytes', 'out_msgs'];

const EXPORTER = (server: string, jetstream: string): readonly Use[] => {
  const consumer = ['server_id', 'stream_name', 'consumer_name'];
  return [
    {
      forms: ['value'],
      by: [],
      metrics: [...EXPORTER_SERVER, 'slow_consumers', 'subscriptions'].map(
        (name) => `${server}_varz_${name}`,
      ),
    },
    {
      forms: ['sum'],
      by: ['server_id'],
      metrics: [
        `${server}_varz_connections`,
        ...['stats_memory', 'stats_storage', 'config_max_memory', 'config_max_storage'].map(
          (name) => `${server}_varz_jetstream_${name}`,
        ),
        `${jetstream}_server_total_consumers`,
      ],
    },
    {
      forms: ['sum'],
      by: [],
      keep: 'stream_name',
      metrics: [`${jetstream}_stream_total_messages`, `${jetstream}_stream_total_bytes`],
    },
    {
      forms: ['sum of rates'],
      by: ['server_id', 'stream_name'],
      keep: 'stream_name',
      metrics: [`${jetstream}_stream_last_seq`],
    },
    {
      forms: ['sum', 'sum of rates'],
      by: consumer,
      keep: 'consumer_name',
      metrics: ['delivered_consumer_seq', 'num_pending', 'num_ack_pending'].map(
        (name) => `${jetstream}_consumer_${name}`,
      ),
    },
  ];
};

const core = (...names: readonly string[]) => names.map((name) => `nats_core_${name}`);

const SURVEYOR: readonly Use[] = [
  {
    forms: ['value', 'sum'],
    by: ['server_cluster'],
    metrics: core(
      'connection_count',
      'subs_count',
      'info',
      'route_count',
      'cpu_percentage',
      'core_count',
      'mem_bytes',
      'go_memlimit_bytes',
      'route_pending_bytes',
    ),
  },
  {
    forms: ['rate', 'sum of rates'],
    by: ['server_cluster'],
    metrics: core(
      'total_connection_count',
      'slow_consumer_count',
      'sent_msgs_count',
      'recv_msgs_count',
      'sent_bytes',
      'recv_bytes',
      'route_sent_bytes',
      'route_recv_bytes',
      'route_sent_msg_count',
      'route_recv_msg_count',
    ),
  },
  { forms: ['delta', 'sum of deltas'], by: ['server_cluster'], metrics: core('subs_count') },
  { forms: ['sum'], by: ['server_cluster'], keep: 'server_cluster', metrics: core('info') },
  { forms: ['sum'], by: ['server_cluster'], keep: 'server_version', metrics: core('info') },
  { forms: ['value', 'rate'], by: [], metrics: core('rtt_nanoseconds') },
  {
    forms: ['value', 'sum'],
    by: [],
    metrics: [
      'nats_survey_expected_count',
      'nats_survey_surveyed_count',
      ...core(
        'jetstream_ha_assets',
        'jetstream_filestore_size_bytes',
        'jetstream_filestore_used_bytes',
        'jetstream_filestore_reserved_bytes',
        'jetstream_memstore_size_bytes',
        'jetstream_memstore_used_bytes',
        'jetstream_memstore_reserved_bytes',
        'jetstream_api_errors',
        'jetstream_api_requests',
        'jetstream_cluster_raft_group_leader',
        'jetstream_cluster_raft_group_replica_peer_active',
        'jetstream_cluster_raft_group_replica_peer_current',
        'jetstream_cluster_raft_group_replica_peer_offline',
        'jetstream_meta_snapshot_pending_entries',
        'jetstream_meta_snapshot_pending_bytes',
        'jetstream_meta_snapshot_last_duration_seconds',
        'jetstream_meta_snapshot_last_timestamp_seconds',
        'account_jetstream_enabled',
        'account_jetstream_memory_used',
        'account_jetstream_memory_reserved',
        'account_jetstream_storage_used',
        'account_jetstream_storage_reserved',
        'account_jetstream_stream_count',
        'account_jetstream_consumer_count',
        'account_jetstream_replica_count',
      ),
    ],
  },
  {
    forms: ['value'],
    by: ['cluster_name'],
    metrics: core(
      'jetstream_api_pending',
      'jetstream_server_total_stream_leaders',
      'jetstream_server_total_consumer_leaders',
    ),
  },
  { forms: ['rate'], by: ['cluster_name'], metrics: core('jetstream_api_requests') },
];

/** Those that put several metrics together. */
const JOINED: readonly string[] = [
  'nats_core_cpu_percentage / nats_core_core_count',
  'nats_core_mem_bytes / nats_core_go_memlimit_bytes * 100',
  'nats_core_account_jetstream_memory_used / nats_core_account_jetstream_memory_reserved',
  'nats_core_account_jetstream_storage_used / nats_core_account_jetstream_storage_reserved',
  'nats_core_account_jetstream_replica_count + nats_core_account_jetstream_replica_count * nats_core_account_jetstream_consumer_count',
  'clamp_min(nats_core_raftz_meta_committed - nats_core_raftz_meta_applied, 0)',
  'clamp_min(nats_core_raftz_meta_pindex - nats_core_raftz_meta_committed, 0)',
  'count(nats_core_jetstream_enabled == 1)',
  'nats_core_jetstream_cluster_raft_group_leader > 0',
  'count(group by (server_cluster) (nats_core_jetstream_info{server_jetstream="true"}))',
  'count(nats_core_jetstream_info{server_jetstream="true"})',
  'group by (server_domain) (nats_core_jetstream_info{server_jetstream="true"})',
  'sum by (server_domain, leader) (nats_core_jetstream_cluster_raft_group_info{raft_group="_meta_"})',
  'nats_core_jetstream_cluster_raft_group_leader * on (server_id) group_left (server_cluster, server_name, server_domain) nats_core_jetstream_info > 0',
  'nats_core_jetstream_cluster_raft_group_replicas * on (server_id) group_left (server_domain, server_cluster, server_name) nats_core_jetstream_info > 0',
  'rate(nats_survey_duration_seconds_sum[5m]) / rate(nats_survey_duration_seconds_count[5m])',
  'increase(nats_survey_nats_reconnects[5m])',
];

const ratios = (prefix: string) =>
  ['memory', 'storage'].map(
    (kind) =>
      `sum(${prefix}_varz_jetstream_stats_${kind}) / sum(${prefix}_varz_jetstream_config_max_${kind})`,
  );

/** Expressions, by where they come from. */
export const STOCK_EXPRESSIONS: Readonly<Record<string, readonly string[]>> = {
  'the exporter, by Helm': [...expressionsOf(EXPORTER('nats', 'nats')), ...ratios('nats')],
  'the surveyor': [...expressionsOf(SURVEYOR), ...JOINED],
};

/** Those of the exporter by itself, for `?dialect=exporter`. */
export const EXPORTER_EXPRESSIONS: readonly string[] = [
  ...expressionsOf(EXPORTER('gnatsd', 'jetstream')),
  ...ratios('gnatsd'),
];

/** Their variables: label and metric. */
export const STOCK_VARIABLES: readonly (readonly [label: string, metric: string])[] = [
  ['server_cluster', 'nats_core_info'],
  ['server_id', 'nats_server_total_streams'],
  ['stream_name', 'nats_stream_last_seq'],
  ['consumer_name', 'nats_consumer_num_pending'],
];

function expressionsOf(uses: readonly Use[]): readonly string[] {
  return uses.flatMap(({ forms, by, keep, metrics }) =>
    metrics.flatMap((metric) => {
      const selector = by.length === 0 ? metric : `${metric}{${by.map((label) => `${label}=~".*"`).join()}}`;
      return forms.map((form) => expressionOf(form, selector, keep === undefined ? '' : ` by (${keep})`));
    }),
  );
}

function expressionOf(form: Form, selector: string, kept: string): string {
  switch (form) {
    case 'value':
      return selector;
    case 'rate':
      return `rate(${selector}[1m])`;
    case 'delta':
      return `delta(${selector}[1m])`;
    case 'sum':
      return `sum(${selector})${kept}`;
    case 'sum of rates':
      return `sum(rate(${selector}[1m]))${kept}`;
    case 'sum of deltas':
      return `sum(delta(${selector}[1m]))${kept}`;
  }
}
