// What a server says about JetStream under the names of prometheus-nats-exporter (`-jsz=all`), and what it leaves out
// under Meridian's. Pure.

import type {
  AccountFigures,
  ConsumerFigures,
  JetStreamFigures,
  SourceFigures,
  StreamFigures,
} from '../region/jetstream-figures.ts';
import { exporterFamily, type Prefixes } from './exporter-metrics.ts';
import { type Family, type Labels, type Sample, samplesOf } from './exposition.ts';

const LEFT_OUT_BY_OTHERS = {
  deleted: gauge('stream_deleted_messages', 'Messages between the first and the last that are deleted'),
  firstAt: gauge('stream_first_message_timestamp_seconds', 'When the first message was stored'),
  lag: gauge('stream_replica_lag', 'Operations that a replica is behind its leader'),
  current: gauge('stream_replica_current', '1 if a replica is up to date, as its leader sees it'),
};

function gauge(name: string, help: string): Family {
  return { name: `meridian_${name}`, type: 'gauge', help };
}

/** Of the server, and of its accounts. */
export function serverJetStream(
  jetstream: JetStreamFigures,
  serverId: string,
  { jetstream: prefix }: Prefixes,
): readonly Sample[] {
  const labels = serverLabels(jetstream, serverId);
  const of = (name: string, help: string) => exporterFamily(`${prefix}_server_${name}`, help);
  return [
    ...samplesOf(labels, [
      [of('jetstream_disabled', '1 if JetStream is off'), jetstream.isDisabled ? 1 : 0],
      [of('max_memory', 'Memory that JetStream may use, bytes'), jetstream.maxMemory],
      [of('max_storage', 'Disk that JetStream may use, bytes'), jetstream.maxStorage],
      [of('total_streams', 'Streams on this server'), jetstream.totalStreams],
      [of('total_consumers', 'Consumers on this server'), jetstream.totalConsumers],
      [of('total_messages', 'Messages in its streams'), jetstream.messages],
      [of('total_message_bytes', 'Bytes of messages in its streams'), jetstream.bytes],
    ]),
    ...jetstream.accounts.flatMap((account) => accountMetrics(account, labels, prefix)),
  ];
}

function accountMetrics(account: AccountFigures, server: Labels, prefix: string): readonly Sample[] {
  const labels = {
    ...server,
    account: account.name,
    account_name: account.name,
    account_id: account.id,
  };
  const of = (name: string, help: string) => exporterFamily(`${prefix}_account_${name}`, help);
  return samplesOf(labels, [
    [of('max_storage', 'Disk that is reserved for the account, bytes'), account.reservedStorage],
    [of('max_memory', 'Memory that is reserved for the account, bytes'), account.reservedMemory],
    [of('storage_used', 'Disk that the account uses on this server, bytes'), account.storage],
    [of('memory_used', 'Memory that the account uses on this server, bytes'), account.memory],
  ]);
}

/** Of a stream on one server, with its consumers. */
export function streamMetrics(
  stream: StreamFigures,
  jetstream: JetStreamFigures,
  serverId: string,
  { jetstream: prefix }: Prefixes,
): readonly Sample[] {
  const labels = {
    ...serverLabels(jetstream, serverId),
    account: stream.account,
    account_name: stream.account,
    account_id: stream.accountId,
    stream_name: stream.stream,
    stream_leader: stream.leader,
    is_stream_leader: String(stream.isLeader),
    stream_raft_group: stream.raftGroup,
  };
  const of = (name: string, help: string) => exporterFamily(`${prefix}_stream_${name}`, help);
  const ofSource = (kind: 'source' | 'mirror', each: SourceFigures) =>
    samplesOf(
      {
        ...labels,
        [`${kind}_name`]: each.name,
        [`${kind}_api`]: each.api,
        [`${kind}_deliver`]: each.deliver,
      },
      [
        [of(`${kind}_lag`, `Messages that the ${kind} is behind`), each.lag],
        [of(`${kind}_active_duration_ns`, `Since the ${kind} was heard; -1 if never`), each.activeNs],
      ],
    );
  return [
    ...samplesOf(labels, [
      [of('total_messages', 'Messages in the stream'), stream.messages],
      [of('total_bytes', 'Bytes in the stream'), stream.bytes],
      [of('first_seq', 'Sequence of its first message'), stream.firstSeq],
      [of('last_seq', 'Sequence of its last message'), stream.lastSeq],
      [of('consumer_count', 'Its consumers'), stream.consumerCount],
      [of('subject_count', 'Subjects that it has messages of'), stream.subjects],
      [of('limit_bytes', 'How many bytes it may have; -1 if there is no limit'), stream.maxBytes],
      [of('limit_messages', 'How many messages it may have; -1 if there is no limit'), stream.maxMessages],
    ]),
    ...stream.sources.flatMap((source) => ofSource('source', source)),
    ...(stream.mirror === undefined ? [] : ofSource('mirror', stream.mirror)),
    ...stream.consumers.flatMap((consumer) => consumerMetrics(consumer, labels, prefix)),
    ...leftOutByOthers(stream),
  ];
}

function consumerMetrics(consumer: ConsumerFigures, stream: Labels, prefix: string): readonly Sample[] {
  const labels = {
    ...stream,
    consumer_name: consumer.name,
    consumer_leader: consumer.leader,
    is_consumer_leader: String(consumer.isLeader),
    consumer_desc: consumer.description,
  };
  const of = (name: string, help: string) => exporterFamily(`${prefix}_consumer_${name}`, help);
  return samplesOf(labels, [
    [of('delivered_consumer_seq', 'Deliveries so far'), consumer.deliveredConsumerSeq],
    [of('delivered_stream_seq', 'Sequence of the last message delivered'), consumer.deliveredStreamSeq],
    [
      of('ack_floor_consumer_seq', 'Deliveries up to which all are acknowledged'),
      consumer.ackFloorConsumerSeq,
    ],
    [of('ack_floor_stream_seq', 'Sequence up to which all are acknowledged'), consumer.ackFloorStreamSeq],
    [of('num_ack_pending', 'Delivered and not acknowledged'), consumer.ackPending],
    [of('num_redelivered', 'Delivered more than once and not acknowledged'), consumer.redelivered],
    [of('num_waiting', 'Pull requests that wait'), consumer.waiting],
    [of('num_pending', 'Not delivered yet'), consumer.pending],
    [of('last_delivery_seconds', 'Since the last delivery'), consumer.sinceDelivery],
    [of('last_ack_seconds', 'Since the last acknowledgement'), consumer.sinceAck],
  ]);
}

/** Only from the leader: the others do not know it. */
function leftOutByOthers(stream: StreamFigures): readonly Sample[] {
  if (!stream.isLeader) return [];
  const { account, stream: name, deleted, firstAt, peers } = stream;
  const labels = { account, stream: name };
  const seconds = firstAt === undefined ? undefined : firstAt / 1_000;
  return [
    ...samplesOf(labels, [
      [LEFT_OUT_BY_OTHERS.deleted, deleted],
      [LEFT_OUT_BY_OTHERS.firstAt, seconds],
    ]),
    ...peers.flatMap(({ name: server, lag, isCurrent }) =>
      samplesOf({ ...labels, server }, [
        [LEFT_OUT_BY_OTHERS.lag, lag],
        [LEFT_OUT_BY_OTHERS.current, isCurrent ? 1 : 0],
      ]),
    ),
  ];
}

function serverLabels({ cluster, domain, metaLeader, isMetaLeader }: JetStreamFigures, serverId: string) {
  return {
    server_id: serverId,
    server_name: serverId,
    cluster,
    domain,
    meta_leader: metaLeader,
    is_meta_leader: String(isMetaLeader),
  };
}
