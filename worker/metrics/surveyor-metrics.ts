// What servers measure under the names of nats-surveyor (`nats_core_*`, `nats_survey_*`). Pure.

import type { JetStreamFigures, StreamFigures } from '../region/jetstream-figures.ts';
import type { Figures, ServerMetrics } from '../region/server-figures.ts';
import { type Family, type Labels, type Sample, samplesOf } from './exposition.ts';
import type { Snapshot } from './snapshot.ts';

const NS_PER_MS = 1e6;

/** Its counters' names do not end in `_total`, so all of its metrics are untyped here. */
export function core(name: string, help: string): Family {
  return { name: `nats_core_${name}`, type: 'unknown', help };
}

/** A server and where it is, as the surveyor's labels have it. */
interface Place {
  readonly serverId: string;
  readonly cluster: string;
  /** ms since the epoch. */
  readonly at: number;
}

/** Of one server. */
export function surveyorMetrics(server: ServerMetrics, place: Place): readonly Sample[] {
  const { varz } = server;
  const labels = { server_cluster: place.cluster, server_name: place.serverId, server_id: place.serverId };
  const startedAt = timeIn(varz.start);
  const seconds = startedAt === undefined ? undefined : (place.at - startedAt) / 1_000;
  return [
    ...samplesOf({ ...labels, server_version: textIn(varz.version) }, [
      [core('info', '1 for each server'), 1],
    ]),
    ...samplesOf(labels, [
      [
        core('start_time', 'When the server started, ns since the epoch'),
        startedAt === undefined ? undefined : startedAt * NS_PER_MS,
      ],
      [core('uptime', 'Since it started, seconds'), seconds],
      [core('mem_bytes', 'Memory that it uses'), numberIn(varz.mem)],
      [core('go_memlimit_bytes', 'GOMEMLIMIT; 0 if it is not set'), numberIn(varz.gomemlimit) ?? 0],
      [core('core_count', 'Processor cores'), numberIn(varz.cores)],
      [core('cpu_percentage', 'Processor time that it uses, percent of one core'), numberIn(varz.cpu)],
      [core('connection_count', 'Connections now'), numberIn(varz.connections)],
      [core('total_connection_count', 'Connections since it started'), numberIn(varz.total_connections)],
      [core('subs_count', 'Subscriptions now'), numberIn(varz.subscriptions)],
      [core('sent_msgs_count', 'Messages sent since it started'), numberIn(varz.out_msgs)],
      [core('sent_bytes', 'Bytes sent since it started'), numberIn(varz.out_bytes)],
      [core('recv_msgs_count', 'Messages received since it started'), numberIn(varz.in_msgs)],
      [core('recv_bytes', 'Bytes received since it started'), numberIn(varz.in_bytes)],
      [core('slow_consumer_count', 'Slow consumers since it started'), numberIn(varz.slow_consumers)],
      [
        core('rtt_nanoseconds', "How long it took to answer its region's object"),
        server.answeredInMs * NS_PER_MS,
      ],
      [core('route_count', 'Routes now'), server.routes?.length],
      [core('gateway_count', 'Gateways: Meridian has none'), 0],
    ]),
    ...routeMetrics(server, labels),
    ...serverJetStream(varz, place),
    ...(server.jetstream === undefined ? [] : clusterJetStream(server.jetstream, place)),
  ];
}

function routeMetrics({ routes = [] }: ServerMetrics, labels: Labels): readonly Sample[] {
  return routes.flatMap((route) =>
    samplesOf(
      {
        ...labels,
        server_route_name: route.remote_name ?? route.remote_id,
        server_route_name_id: String(route.rid),
      },
      [
        [core('route_sent_msg_count', 'Messages sent over the route'), route.out_msgs],
        [core('route_sent_bytes', 'Bytes sent over the route'), route.out_bytes],
        [core('route_recv_msg_count', 'Messages received over the route'), route.in_msgs],
        [core('route_recv_bytes', 'Bytes received over the route'), route.in_bytes],
        [core('route_pending_bytes', 'Bytes that wait to be sent over the route'), route.pending_size],
      ],
    ),
  );
}

/** Of `/varz`: what a server has of JetStream by itself. */
function serverJetStream(varz: Figures, { serverId, cluster }: Place): readonly Sample[] {
  const labels = { server_id: serverId, server_name: serverId, cluster_name: cluster };
  const jetstream = objectIn(varz.jetstream);
  const { config, stats } = jetstream;
  const isOn = config !== undefined;
  const domain = textIn(objectIn(config).domain) || 'Default';
  const info = samplesOf(
    {
      server_name: serverId,
      server_host: textIn(varz.host),
      server_id: serverId,
      server_cluster: cluster,
      server_domain: domain,
      server_version: textIn(varz.version),
      server_jetstream: String(isOn),
    },
    [[core('jetstream_info', '1 for each server, with what it is'), 1]],
  );
  const enabled = samplesOf(labels, [[core('jetstream_enabled', '1 if JetStream is on'), isOn ? 1 : 0]]);
  if (!isOn) return [...info, ...enabled];
  const [limits, used] = [objectIn(config), objectIn(stats)];
  const api = objectIn(used.api);
  return [
    ...info,
    ...enabled,
    ...samplesOf(labels, [
      [core('jetstream_filestore_size_bytes', 'Disk that it may use'), numberIn(limits.max_storage)],
      [core('jetstream_memstore_size_bytes', 'Memory that it may use'), numberIn(limits.max_memory)],
      [core('jetstream_filestore_used_bytes', 'Disk that it uses'), numberIn(used.storage)],
      [
        core('jetstream_filestore_reserved_bytes', 'Disk that is reserved for accounts'),
        numberIn(used.reserved_storage),
      ],
      [core('jetstream_memstore_used_bytes', 'Memory that it uses'), numberIn(used.memory)],
      [
        core('jetstream_memstore_reserved_bytes', 'Memory that is reserved for accounts'),
        numberIn(used.reserved_memory),
      ],
      [core('jetstream_accounts', 'Accounts that use JetStream here'), numberIn(used.accounts)],
      [core('jetstream_ha_assets', 'Streams and consumers with replicas here'), numberIn(used.ha_assets)],
      [core('jetstream_api_requests', 'Requests of its API since it started'), numberIn(api.total)],
      [core('jetstream_api_errors', 'Requests of its API that failed'), numberIn(api.errors)],
    ]),
    ...metaGroup(objectIn(jetstream.meta), labels, domain),
  ];
}

interface Peer {
  readonly name: string;
  readonly current: boolean;
  readonly offline?: boolean;
  readonly active: number;
}

/** The group of all JetStream servers, as this one sees it; only its leader sees the others. */
function metaGroup(meta: Figures, labels: Labels, domain: string): readonly Sample[] {
  const { leader, replicas } = meta;
  if (meta.cluster_size === undefined) return [];
  const peers = (Array.isArray(replicas) ? replicas : []) as readonly Peer[];
  const info = { ...labels, jetstream_domain: domain, raft_group: '_meta_', leader: textIn(leader) };
  return [
    ...samplesOf(info, [[core('jetstream_cluster_raft_group_info', '1 for each server in the group'), 1]]),
    ...samplesOf(labels, [
      [core('jetstream_api_pending', 'Entries that wait to be applied'), numberIn(meta.pending)],
      [core('jetstream_cluster_raft_group_size', 'Servers in the group'), numberIn(meta.cluster_size)],
      [
        core('jetstream_cluster_raft_group_leader', '1 if this server leads the group'),
        leader === labels.server_name ? 1 : 0,
      ],
      [core('jetstream_cluster_raft_group_replicas', 'Others in the group, as it sees them'), peers.length],
    ]),
    ...peers.flatMap(({ name, active, current, offline = false }) =>
      samplesOf({ ...labels, peer: name }, [
        [core('jetstream_cluster_raft_group_replica_peer_active', 'Since the peer was heard, ns'), active],
        [
          core('jetstream_cluster_raft_group_replica_peer_current', '1 if the peer is up to date'),
          current ? 1 : 0,
        ],
        [
          core('jetstream_cluster_raft_group_replica_peer_offline', '1 if the peer is not heard'),
          offline ? 1 : 0,
        ],
      ]),
    ),
  ];
}

/** Of `/jsz` and `/raftz`. */
function clusterJetStream(jetstream: JetStreamFigures, { serverId, cluster }: Place): readonly Sample[] {
  const { snapshot, meta } = jetstream;
  return samplesOf({ server_id: serverId, server_name: serverId, cluster_name: cluster }, [
    [core('jetstream_server_jetstream_disabled', '1 if JetStream is off'), jetstream.isDisabled ? 1 : 0],
    [core('jetstream_server_total_streams', 'Streams on this server'), jetstream.totalStreams],
    [core('jetstream_server_total_consumers', 'Consumers on this server'), jetstream.totalConsumers],
    [core('jetstream_server_total_stream_leaders', 'Streams that it leads'), jetstream.streamLeaders],
    [core('jetstream_server_total_consumer_leaders', 'Consumers that it leads'), jetstream.consumerLeaders],
    [core('jetstream_server_total_messages', 'Messages in its streams'), jetstream.messages],
    [core('jetstream_server_total_message_bytes', 'Bytes in its streams'), jetstream.bytes],
    [core('jetstream_server_max_memory', 'Memory that it may use'), jetstream.maxMemory],
    [core('jetstream_server_max_storage', 'Disk that it may use'), jetstream.maxStorage],
    [
      core('jetstream_meta_snapshot_pending_entries', 'Entries since the last snapshot'),
      snapshot?.pendingEntries,
    ],
    [core('jetstream_meta_snapshot_pending_bytes', 'Bytes since the last snapshot'), snapshot?.pendingBytes],
    [
      core('jetstream_meta_snapshot_last_duration_seconds', 'How long the last snapshot took'),
      snapshot?.lastSeconds,
    ],
    [
      core('jetstream_meta_snapshot_last_timestamp_seconds', 'When the last snapshot was taken'),
      snapshot === undefined ? undefined : snapshot.lastAt / 1_000,
    ],
    [core('raftz_meta_committed', 'Last entry that the servers agreed on'), meta?.committed],
    [core('raftz_meta_applied', 'Last entry that this server has applied'), meta?.applied],
    [core('raftz_meta_pindex', 'Last entry in the log of this server'), meta?.pindex],
  ]);
}

/** Of accounts, from all servers: each account once, with the most that one server says. */
export function accountMetrics({ regions }: Snapshot): readonly Sample[] {
  const servers = regions.flatMap(({ metrics }) => metrics?.server?.jetstream ?? []);
  const accounts = Map.groupBy(
    servers.flatMap((server) => server.accounts),
    ({ id }) => id,
  );
  const streams = streamsOf(servers);
  return [...accounts].flatMap(([id, seen]) => {
    const most = (of: (account: (typeof seen)[number]) => number) => Math.max(...seen.map(of));
    const labels = { account: id, account_name: seen[0]?.name ?? id };
    const own = streams.filter(({ accountId }) => accountId === id);
    return [
      ...samplesOf(labels, [
        [core('account_jetstream_enabled', '1 if the account may use JetStream'), 1],
        [core('account_jetstream_memory_used', 'Memory that it uses'), most(({ memory }) => memory)],
        [core('account_jetstream_storage_used', 'Disk that it uses'), most(({ storage }) => storage)],
        [
          core('account_jetstream_memory_reserved', 'Memory that is reserved for it'),
          most(({ reservedMemory }) => reservedMemory),
        ],
        [
          core('account_jetstream_storage_reserved', 'Disk that is reserved for it'),
          most(({ reservedStorage }) => reservedStorage),
        ],
        [core('account_jetstream_stream_count', 'Its streams'), own.length],
      ]),
      ...own.flatMap(({ stream, raftGroup, consumerCount, replicas }) =>
        samplesOf({ ...labels, stream, raft_group: raftGroup }, [
          [core('account_jetstream_consumer_count', "The stream's consumers"), consumerCount],
          [core('account_jetstream_replica_count', "The stream's replicas"), replicas],
        ]),
      ),
    ];
  });
}

/** Each stream once, as its leader has it where the leader answers. */
function streamsOf(servers: readonly JetStreamFigures[]): readonly StreamFigures[] {
  const seen = Map.groupBy(
    servers.flatMap(({ streams }) => streams),
    ({ accountId, stream }) => JSON.stringify([accountId, stream]),
  );
  return [...seen.values()].flatMap((all) => all.find(({ isLeader }) => isLeader) ?? all[0] ?? []);
}

const SURVEY: Readonly<Record<'expected' | 'surveyed' | 'duration' | 'reconnects', Family>> = {
  expected: {
    name: 'nats_survey_expected_count',
    type: 'unknown',
    help: 'Servers that should answer: regions that sleep have none',
  },
  surveyed: { name: 'nats_survey_surveyed_count', type: 'unknown', help: 'Servers that answered' },
  duration: {
    name: 'nats_survey_duration_seconds',
    type: 'summary',
    help: 'How long it took to ask all regions',
  },
  reconnects: {
    name: 'nats_survey_nats_reconnects',
    type: 'unknown',
    help: 'Always 0: the collector asks without a connection to NATS that could be lost',
  },
};

/** Of all servers. */
export function surveyMetrics({ regions, surveys }: Snapshot): readonly Sample[] {
  const awake = regions.filter(({ metrics }) => metrics?.status.state !== 'asleep');
  const answered = awake.filter(({ metrics }) => metrics?.server !== undefined);
  return [
    ...samplesOf({}, [
      [SURVEY.expected, awake.length],
      [SURVEY.surveyed, answered.length],
      [SURVEY.reconnects, 0],
    ]),
    { family: SURVEY.duration, labels: {}, value: surveys.seconds, suffix: '_sum' },
    { family: SURVEY.duration, labels: {}, value: surveys.count, suffix: '_count' },
  ];
}

function objectIn(value: unknown): Figures {
  return typeof value === 'object' && value !== null ? (value as Figures) : {};
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** ms since the epoch. */
function timeIn(value: unknown): number | undefined {
  const at = Date.parse(textIn(value));
  return Number.isNaN(at) ? undefined : at;
}
