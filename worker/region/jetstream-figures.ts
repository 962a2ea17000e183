// What a JetStream server says about its streams and consumers, reduced to what is shown as metrics. Pure: the answers
// of nats-server's `/jsz` and `/raftz` in, plain data out.

/** Asks for everything that is shown. */
export const FIGURES_QUERY = 'jsz?accounts=1&streams=1&consumers=1&config=1&raft=1';

/** The group of all JetStream servers, and the account whose it is. */
export const META_QUERY = 'raftz?acc=$SYS&group=_meta_';

/** Of one server; the rest is left out and counted. An answer of so many is about 2 MB. */
export const MAX_STREAMS = 2_000;
export const MAX_CONSUMERS = 5_000;

interface PeerAnswer {
  readonly name: string;
  readonly current: boolean;
  readonly offline?: boolean;
  /** Nanoseconds since it was last heard. */
  readonly active: number;
  /** Operations that it is behind. */
  readonly lag?: number;
}

interface GroupAnswer {
  readonly name?: string;
  readonly leader?: string;
  readonly replicas?: readonly PeerAnswer[];
}

interface SourceAnswer {
  readonly name: string;
  readonly external?: { readonly api?: string; readonly deliver?: string };
  readonly lag: number;
  /** Nanoseconds; -1 if nothing ever came. */
  readonly active: number;
}

interface PositionAnswer {
  readonly consumer_seq: number;
  readonly stream_seq: number;
  readonly last_active?: string;
}

interface ConsumerAnswer {
  readonly name: string;
  readonly config?: { readonly durable_name?: string; readonly description?: string };
  readonly delivered: PositionAnswer;
  readonly ack_floor: PositionAnswer;
  readonly num_ack_pending: number;
  readonly num_redelivered: number;
  readonly num_waiting: number;
  readonly num_pending: number;
  readonly cluster?: GroupAnswer;
  readonly ts?: string;
}

interface StreamAnswer {
  readonly name: string;
  readonly cluster?: GroupAnswer;
  readonly config?: {
    readonly max_msgs?: number;
    readonly max_bytes?: number;
    readonly max_consumers?: number;
    readonly num_replicas?: number;
  };
  readonly state: {
    readonly messages: number;
    readonly bytes: number;
    readonly first_seq: number;
    readonly last_seq: number;
    readonly first_ts?: string;
    readonly consumer_count: number;
    readonly num_subjects?: number;
    readonly num_deleted?: number;
  };
  readonly consumer_detail?: readonly ConsumerAnswer[];
  readonly mirror?: SourceAnswer;
  readonly sources?: readonly SourceAnswer[];
  readonly stream_raft_group?: string;
}

interface AccountAnswer {
  readonly name: string;
  readonly id: string;
  readonly memory: number;
  readonly storage: number;
  readonly reserved_memory: number;
  readonly reserved_storage: number;
  readonly stream_detail?: readonly StreamAnswer[];
}

/** The answer to FIGURES_QUERY, in part. */
export interface JszAnswer {
  readonly disabled?: boolean;
  readonly config?: { readonly max_memory?: number; readonly max_storage?: number; readonly domain?: string };
  readonly streams: number;
  readonly streams_leader?: number;
  readonly consumers: number;
  readonly consumers_leader?: number;
  readonly messages: number;
  readonly bytes: number;
  readonly meta_cluster?: GroupAnswer & {
    readonly snapshot?: {
      readonly pending_entries: number;
      readonly pending_size: number;
      readonly last_time?: string;
      readonly last_duration?: number;
    };
  };
  readonly account_details?: readonly AccountAnswer[];
}

/** The answer to META_QUERY: by account, then by group. */
export type RaftzAnswer = Readonly<
  Record<
    string,
    Readonly<
      Record<string, { readonly committed: number; readonly applied: number; readonly pindex: number }>
    >
  >
>;

/** A source of a stream, or the stream that it mirrors. */
export interface SourceFigures {
  readonly name: string;
  readonly api: string;
  readonly deliver: string;
  readonly lag: number;
  /** Nanoseconds since it was last heard; -1 if it never was. */
  readonly activeNs: number;
}

export interface ConsumerFigures {
  readonly name: string;
  readonly description: string;
  readonly leader: string;
  readonly isLeader: boolean;
  readonly deliveredConsumerSeq: number;
  readonly deliveredStreamSeq: number;
  readonly ackFloorConsumerSeq: number;
  readonly ackFloorStreamSeq: number;
  readonly ackPending: number;
  readonly redelivered: number;
  readonly waiting: number;
  readonly pending: number;
  /** Seconds; absent before the first one. */
  readonly sinceDelivery?: number;
  readonly sinceAck?: number;
}

/** A stream as one of its servers has it. */
export interface StreamFigures {
  readonly account: string;
  readonly accountId: string;
  readonly stream: string;
  readonly leader: string;
  readonly isLeader: boolean;
  readonly raftGroup: string;
  readonly messages: number;
  readonly bytes: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Of the first message, ms since the epoch; absent if it has none. */
  readonly firstAt?: number;
  readonly consumerCount: number;
  readonly subjects: number;
  readonly deleted: number;
  readonly replicas: number;
  readonly maxMessages?: number;
  readonly maxBytes?: number;
  readonly maxConsumers?: number;
  /** The other servers, as the leader sees them. */
  readonly peers: readonly { readonly name: string; readonly lag: number; readonly isCurrent: boolean }[];
  readonly sources: readonly SourceFigures[];
  readonly mirror?: SourceFigures;
  readonly consumers: readonly ConsumerFigures[];
}

export interface AccountFigures {
  readonly name: string;
  readonly id: string;
  readonly memory: number;
  readonly storage: number;
  readonly reservedMemory: number;
  readonly reservedStorage: number;
  readonly streams: number;
}

export interface JetStreamFigures {
  readonly isDisabled: boolean;
  readonly domain: string;
  readonly cluster: string;
  readonly metaLeader: string;
  readonly isMetaLeader: boolean;
  readonly maxMemory: number;
  readonly maxStorage: number;
  readonly totalStreams: number;
  readonly streamLeaders: number;
  readonly totalConsumers: number;
  readonly consumerLeaders: number;
  readonly messages: number;
  readonly bytes: number;
  readonly snapshot?: {
    readonly pendingEntries: number;
    readonly pendingBytes: number;
    readonly lastAt: number;
    readonly lastSeconds: number;
  };
  readonly meta?: { readonly committed: number; readonly applied: number; readonly pindex: number };
  readonly accounts: readonly AccountFigures[];
  readonly streams: readonly StreamFigures[];
  /** What is not in `streams`, since there are too many of them. */
  readonly leftOut: { readonly streams: number; readonly consumers: number };
}

export interface FiguresOptions {
  /** Of the server. */
  readonly name: string;
  /** Whether consumers that are not durable are in it. */
  readonly ephemeral: boolean;
}

/** @param raftz undefined if the server is in no group */
export function figuresOf(
  jsz: JszAnswer,
  raftz: RaftzAnswer | undefined,
  { name, ephemeral }: FiguresOptions,
): JetStreamFigures {
  const { config = {}, meta_cluster: meta, account_details: accounts = [] } = jsz;
  const isLeader = (group: GroupAnswer | undefined) => group === undefined || group.leader === name;
  let room = MAX_CONSUMERS;
  let leftOut = 0;
  // nats-server lists them in another order each time: what is read of too many must not be others each time.
  const all = [...accounts]
    .sort(byId)
    .flatMap((account) =>
      [...(account.stream_detail ?? [])].sort(byName).map((stream) => ({ account, stream })),
    );
  const streams = all.slice(0, MAX_STREAMS).map(({ account, stream }): StreamFigures => {
    const shown = (stream.consumer_detail ?? [])
      .filter(({ config: own }) => ephemeral || own?.durable_name !== undefined)
      .sort(byName);
    const consumers = shown.slice(0, room);
    room -= consumers.length;
    leftOut += shown.length - consumers.length;
    return {
      ...streamFigures(account, stream, isLeader(stream.cluster)),
      consumers: consumers.map((each) => consumerFigures(each, isLeader(each.cluster))),
    };
  });
  const { snapshot } = meta ?? {};
  const metaGroup = Object.values(raftz ?? {}).find((groups) => '_meta_' in groups)?._meta_;
  return {
    isDisabled: jsz.disabled ?? false,
    domain: config.domain ?? '',
    cluster: meta?.name ?? '',
    metaLeader: meta?.leader ?? '',
    isMetaLeader: isLeader(meta),
    maxMemory: config.max_memory ?? 0,
    maxStorage: config.max_storage ?? 0,
    totalStreams: jsz.streams,
    streamLeaders: jsz.streams_leader ?? 0,
    totalConsumers: jsz.consumers,
    consumerLeaders: jsz.consumers_leader ?? 0,
    messages: jsz.messages,
    bytes: jsz.bytes,
    ...(snapshot !== undefined &&
      snapshot !== null && {
        snapshot: {
          pendingEntries: snapshot.pending_entries,
          pendingBytes: snapshot.pending_size,
          lastAt: timeOf(snapshot.last_time) ?? 0,
          lastSeconds: (snapshot.last_duration ?? 0) / NS_PER_SECOND,
        },
      }),
    ...(metaGroup !== undefined && {
      meta: { committed: metaGroup.committed, applied: metaGroup.applied, pindex: metaGroup.pindex },
    }),
    accounts: accounts.map(accountFigures),
    streams,
    leftOut: { streams: all.length - streams.length, consumers: leftOut },
  };
}

const NS_PER_SECOND = 1e9;

const byName = inOrder(({ name }: { readonly name: string }) => name);
const byId = inOrder(({ id }: { readonly id: string }) => id);

function inOrder<T>(of: (one: T) => string): (a: T, b: T) => number {
  return (a, b) => (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0);
}

function accountFigures({ stream_detail = [], ...account }: AccountAnswer): AccountFigures {
  return {
    name: account.name,
    id: account.id,
    memory: account.memory,
    storage: account.storage,
    reservedMemory: account.reserved_memory,
    reservedStorage: account.reserved_storage,
    streams: stream_detail.length,
  };
}

function streamFigures(
  account: AccountAnswer,
  stream: StreamAnswer,
  isLeader: boolean,
): Omit<StreamFigures, 'consumers'> {
  const { name, cluster, config = {}, state, mirror, sources = [] } = stream;
  const firstAt = state.messages === 0 ? undefined : timeOf(state.first_ts);
  return {
    account: account.name,
    accountId: account.id,
    stream: name,
    leader: cluster?.leader ?? '',
    isLeader,
    raftGroup: stream.stream_raft_group ?? '',
    messages: state.messages,
    bytes: state.bytes,
    firstSeq: state.first_seq,
    lastSeq: state.last_seq,
    ...(firstAt !== undefined && { firstAt }),
    consumerCount: state.consumer_count,
    subjects: state.num_subjects ?? 0,
    deleted: state.num_deleted ?? 0,
    replicas: config.num_replicas ?? 1,
    ...(config.max_msgs !== undefined && { maxMessages: config.max_msgs }),
    ...(config.max_bytes !== undefined && { maxBytes: config.max_bytes }),
    ...(config.max_consumers !== undefined && { maxConsumers: config.max_consumers }),
    peers: (cluster?.replicas ?? []).map(({ name: peer, lag = 0, current }) => ({
      name: peer,
      lag,
      isCurrent: current,
    })),
    sources: sources.map(sourceFigures),
    ...(mirror !== undefined && { mirror: sourceFigures(mirror) }),
  };
}

function sourceFigures({ name, external = {}, lag, active }: SourceAnswer): SourceFigures {
  return { name, api: external.api ?? '', deliver: external.deliver ?? '', lag, activeNs: active };
}

function consumerFigures(consumer: ConsumerAnswer, isLeader: boolean): ConsumerFigures {
  const { delivered, ack_floor: floor, ts } = consumer;
  const sinceDelivery = secondsBetween(delivered.last_active, ts);
  const sinceAck = secondsBetween(floor.last_active, ts);
  return {
    name: consumer.name,
    description: consumer.config?.description ?? '',
    leader: consumer.cluster?.leader ?? '',
    isLeader,
    deliveredConsumerSeq: delivered.consumer_seq,
    deliveredStreamSeq: delivered.stream_seq,
    ackFloorConsumerSeq: floor.consumer_seq,
    ackFloorStreamSeq: floor.stream_seq,
    ackPending: consumer.num_ack_pending,
    redelivered: consumer.num_redelivered,
    waiting: consumer.num_waiting,
    pending: consumer.num_pending,
    ...(sinceDelivery !== undefined && { sinceDelivery }),
    ...(sinceAck !== undefined && { sinceAck }),
  };
}

function secondsBetween(from: string | undefined, to: string | undefined): number | undefined {
  const [start, end] = [timeOf(from), timeOf(to)];
  return start === undefined || end === undefined ? undefined : (end - start) / 1_000;
}

/** Milliseconds since the epoch; undefined for none, and for Go's zero time. */
function timeOf(text: string | undefined): number | undefined {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return at > 0 ? at : undefined;
}
