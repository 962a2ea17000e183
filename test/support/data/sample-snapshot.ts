// What a collector says of a region that is up, with streams, and of one that does not answer.

import type { RegionSnapshot, Snapshot } from '../../../worker/metrics/snapshot.ts';
import type { JetStreamFigures, StreamFigures } from '../../../worker/region/jetstream-figures.ts';

/** When it was taken. */
export const AT = Date.UTC(2026, 10, 27, 6);

export const stream = (name: string): StreamFigures => ({
  account: '$G',
  accountId: '$G',
  stream: name,
  leader: 'nats-weur',
  isLeader: true,
  raftGroup: 'S-1',
  messages: 2,
  bytes: 20,
  firstSeq: 1,
  lastSeq: 2,
  firstAt: AT - 5_000,
  consumerCount: 0,
  subjects: 1,
  deleted: 0,
  replicas: 1,
  maxMessages: -1,
  maxBytes: -1,
  peers: [],
  sources: [],
  consumers: [],
});

const jetstream = (streams: readonly StreamFigures[]): JetStreamFigures => ({
  isDisabled: false,
  domain: '',
  cluster: 'meridian',
  metaLeader: 'nats-weur',
  isMetaLeader: true,
  maxMemory: 1,
  maxStorage: 2,
  totalStreams: streams.length,
  streamLeaders: streams.length,
  totalConsumers: 0,
  consumerLeaders: 0,
  messages: 2,
  bytes: 20,
  accounts: [],
  streams,
  leftOut: { streams: 4, consumers: 5 },
});

export const up = (streams: readonly StreamFigures[]): RegionSnapshot => ({
  region: 'weur',
  jetstream: true,
  drained: false,
  askedAt: AT,
  metrics: {
    status: { region: 'weur', state: 'up', since: AT - 1_000, clients: 3, objectAgeMs: 2_000 },
    links: [{ peer: 'enam', state: 'up', since: AT, remade: 1, rttMs: 80, bytes: 9 }],
    backups: [{ account: '$G', stream: 'ORDERS', lagMessages: 1, lagMs: 2_000, lastWrittenAt: AT - 60_000 }],
    server: {
      answeredInMs: 3,
      varz: {
        server_id: 'NABC',
        server_name: 'nats-weur',
        version: '2.15.1',
        connections: 4,
        start: '2026-11-27T05:00:00Z',
        http_req_stats: { '/varz': 7 },
        leaf: { port: 0 },
        cluster: { name: 'meridian', cluster_port: 6222 },
        tags: ['a'],
        jetstream: { config: { max_memory: 1 }, stats: { storage: 20, reserved_memory: 0 } },
      },
      routes: [],
      health: 'ok',
      jetstream: jetstream(streams),
    },
  },
});

export const gone: RegionSnapshot = { region: 'oc', jetstream: false, drained: true, askedAt: AT };

export const snapshotOf = (...regions: readonly RegionSnapshot[]): Snapshot => ({
  at: AT,
  cluster: 'meridian',
  version: 7,
  regions,
  surveys: { count: 2, seconds: 0.5 },
});
