// The checks of `nats audit` that are about JetStream, with its codes and its thresholds: https://github.com/nats-io/jsm.go,
// `audit/`, November 2026. Pure.

import type { Finding } from '../../api/inspection.ts';
import type { StreamFigures } from '../region/jetstream-figures.ts';
import { type Check, fail, type Inspected, percent, warn } from './check.ts';
import { jetStreamsOf, serversOf, silentJetStreams } from './servers.ts';

/** Of the newest sequence: how far a replica may be behind. */
const MAX_LAG = 0.1;

const MAX_SUBJECTS = 1_000_000;

/** Of a stream's own limits. */
const MAX_OF_LIMIT = 0.9;

interface Replica extends StreamFigures {
  readonly region: string;
}

export const JETSTREAM_CHECKS: readonly Check[] = [
  { code: 'META_001', name: 'all JetStream servers are online', find: offlinePeers },
  { code: 'META_002', name: 'JetStream servers agree on their leader', find: leaders },
  {
    code: 'JETSTREAM_001',
    name: 'replicas of streams keep up',
    find: ofEachStream((replicas) => {
      const newest = Math.max(...replicas.map(({ lastSeq }) => lastSeq));
      return replicas
        .filter(({ lastSeq }) => lastSeq < newest - Math.floor(newest * MAX_LAG))
        .map(({ region, stream, lastSeq }) =>
          fail(
            region,
            `its replica of ${shown(stream)} is at ${lastSeq}, and ${newest} is the newest`,
            'it catches up by itself; if it does not, look at its CPU and its links',
          ),
        );
    }),
  },
  {
    code: 'JETSTREAM_002',
    name: `streams have at most ${MAX_SUBJECTS.toLocaleString('en')} subjects`,
    find: ofEachStream((replicas) =>
      leaderOf(replicas)
        .filter(({ subjects }) => subjects > MAX_SUBJECTS)
        .map(({ region, stream, subjects }) =>
          warn(region, `${shown(stream)} has ${subjects} subjects`, 'fewer subjects, or several streams'),
        ),
    ),
  },
  {
    code: 'JETSTREAM_003',
    name: `streams use at most ${percent(MAX_OF_LIMIT)} of their limits`,
    find: ofEachStream((replicas) => leaderOf(replicas).flatMap(limits)),
  },
];

/** A check of each stream, given all of its replicas that were read. */
function ofEachStream(
  find: (replicas: readonly Replica[]) => readonly Finding[],
): (inspected: Inspected) => readonly Finding[] {
  return (inspected) => {
    const replicas = jetStreamsOf(inspected).flatMap(({ region, jetstream }) =>
      jetstream.streams.map((stream): Replica => ({ ...stream, region })),
    );
    const streams = Map.groupBy(replicas, ({ accountId, stream }) => JSON.stringify([accountId, stream]));
    return [...[...streams.values()].flatMap(find), ...silentJetStreams(inspected)];
  };
}

/** The one that leads, or any if none is known to: their numbers are alike. */
function leaderOf(replicas: readonly Replica[]): readonly Replica[] {
  return [replicas.find(({ isLeader }) => isLeader) ?? replicas[0]].filter((each) => each !== undefined);
}

function limits(replica: Replica): readonly Finding[] {
  const { region, stream, messages, bytes, consumerCount } = replica;
  const used = [
    ['messages', messages, replica.maxMessages],
    ['bytes', bytes, replica.maxBytes],
    ['consumers', consumerCount, replica.maxConsumers],
  ] as const;
  return used.flatMap(([what, now, most = -1]) => {
    if (most <= 0 || now <= most * MAX_OF_LIMIT) return [];
    const text = `${shown(stream)} has ${percent(now / most)} of the ${what} that it may have`;
    return [warn(region, text, 'raise the limit if what is old must stay: `nats stream edit`')];
  });
}

/** What the leader of all JetStream servers says about the others; only it does. */
function offlinePeers(inspected: Inspected): readonly Finding[] {
  const found = serversOf(inspected).flatMap(({ region, server: { varz } }) =>
    peersIn(varz.jetstream)
      .filter(({ offline }) => offline === true)
      .map(({ name }) =>
        fail(
          regionNamed(String(name)),
          `its JetStream server is offline, says ${region}, which leads`,
          '`npm run regions -- jetstream` says what it waits for',
        ),
      ),
  );
  return [...found, ...silentJetStreams(inspected)];
}

function leaders(inspected: Inspected): readonly Finding[] {
  const seen = jetStreamsOf(inspected);
  const byLeader = Map.groupBy(seen, ({ jetstream }) => jetstream.metaLeader);
  const without = (byLeader.get('') ?? []).map(({ region }) =>
    fail(region, 'its JetStream server knows no leader', '`npm run regions -- jetstream`, and `mesh`'),
  );
  byLeader.delete('');
  const split = [...byLeader].map(
    ([leader, servers]) => `${leader} (say ${servers.map(({ region }) => region).join(', ')})`,
  );
  const differs =
    split.length > 1
      ? [
          fail(
            null,
            `JetStream servers follow different leaders: ${split.join(', ')}`,
            'look at the links: `npm run regions -- mesh`',
          ),
        ]
      : [];
  return [...without, ...differs, ...silentJetStreams(inspected)];
}

interface Peer {
  readonly name?: unknown;
  readonly offline?: unknown;
}

function peersIn(jetstream: unknown): readonly Peer[] {
  const meta: unknown = fieldOf(jetstream, 'meta');
  const replicas: unknown = fieldOf(meta, 'replicas');
  return Array.isArray(replicas) ? (replicas as readonly Peer[]) : [];
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function regionNamed(server: string): string {
  return server.replace(/^nats-/, '');
}

/** Names are whatever people give them. */
function shown(stream: string): string {
  return `the stream ${JSON.stringify(stream)}`;
}
