// A snapshot as samples, in the order of their worth: Meridian's and the servers' first, then streams with their
// consumers. What does not fit is left out as a whole, and counted. Pure.

import { accountTraffic } from './account-traffic.ts';
import { EXPORTER, exporterMetrics, HELM, type Prefixes } from './exporter-metrics.ts';
import { expose, type Family, type Format, type Sample } from './exposition.ts';
import { serverJetStream, streamMetrics } from './jetstream-metrics.ts';
import { backupMetrics, meridianMetrics, streamKey } from './meridian-metrics.ts';
import { sessionMetrics } from './session-metrics.ts';
import { sinkMetrics } from './sink-metrics.ts';
import type { Snapshot } from './snapshot.ts';
import { accountMetrics, surveyMetrics, surveyorMetrics } from './surveyor-metrics.ts';
import { visitMetrics } from './visit-metrics.ts';

/** `helm`: `nats_varz_*` as the official Helm chart has it; `exporter`: `gnatsd_varz_*`, as the exporter says by itself. */
export const DIALECTS = ['helm', 'exporter'] as const;
export type Dialect = (typeof DIALECTS)[number];

export interface RenderOptions {
  readonly dialect: Dialect;
  readonly format: Format;
  /** How many samples there may be. */
  readonly maxSeries: number;
}

/** Six servers alone are 900. */
export const DEFAULT_MAX_SERIES = 20_000;

const PREFIXES: Readonly<Record<Dialect, Prefixes>> = { helm: HELM, exporter: EXPORTER };

const SERIES: Family = {
  name: 'meridian_metrics_series',
  type: 'gauge',
  help: 'Series in this answer, without those about the answer',
};
const LEFT_OUT: Family = {
  name: 'meridian_metrics_left_out',
  type: 'gauge',
  help: 'What is not in this answer: series beyond the budget, and what a server has too many of',
};

/** Samples that are in the answer together, or not at all. */
interface Group {
  readonly samples: readonly Sample[];
  /** Once one of a stream is left out, all of streams that follow are, also those that are smaller. */
  readonly isOfStream?: boolean;
}

export function render(snapshot: Snapshot, { format, ...options }: RenderOptions): string {
  return expose(samplesIn(snapshot, options), format);
}

/** Those about the answer first. */
export function samplesIn(
  snapshot: Snapshot,
  { dialect, maxSeries }: Omit<RenderOptions, 'format'>,
): readonly Sample[] {
  const kept: Sample[] = [];
  let leftOut = 0;
  let lacksStreams = false;
  for (const { samples, isOfStream = false } of groupsOf(snapshot, PREFIXES[dialect])) {
    const fits = kept.length + samples.length <= maxSeries && !(isOfStream && lacksStreams);
    if (fits) {
      // Not by spreading it: a group may be larger than what a call may have as arguments.
      for (const sample of samples) kept.push(sample);
    } else {
      leftOut += samples.length;
      lacksStreams ||= isOfStream;
    }
  }
  const about: readonly Sample[] = [
    { family: SERIES, labels: {}, value: kept.length },
    { family: LEFT_OUT, labels: { what: 'series' }, value: leftOut },
    ...(['streams', 'consumers'] as const).map((what) => ({
      family: LEFT_OUT,
      labels: { what },
      value: leftOutByServers(snapshot, what),
    })),
  ];
  return [...about, ...kept];
}

function* groupsOf(snapshot: Snapshot, prefixes: Prefixes): Generator<Group> {
  const { at, cluster } = snapshot;
  yield {
    samples: [
      ...meridianMetrics(snapshot),
      ...surveyMetrics(snapshot),
      ...sinkMetrics(snapshot.sinks ?? []),
      ...sessionMetrics(snapshot.sessions),
    ],
  };
  if (snapshot.visits !== undefined) yield { samples: visitMetrics(snapshot.visits) };
  const servers = snapshot.regions.flatMap(({ metrics }) => {
    const { server } = metrics ?? {};
    return server === undefined ? [] : [{ server, serverId: nameOf(server.varz.server_name) }];
  });
  for (const { server, serverId } of servers) {
    yield {
      samples: [
        ...exporterMetrics(server, serverId, prefixes),
        ...surveyorMetrics(server, { serverId, cluster, at }),
        ...(server.jetstream === undefined ? [] : serverJetStream(server.jetstream, serverId, prefixes)),
      ],
    };
  }
  yield { samples: accountMetrics(snapshot) };
  for (const samples of accountTraffic(snapshot)) yield { samples };
  // That of all backups is worth more than all that there is to know of some streams.
  for (const [, samples] of inOrder(backupMetrics(snapshot))) yield { samples, isOfStream: true };
  // The same stream of all servers is one group, and the order is that of the names: what is in one answer is in the next.
  const streams = servers.flatMap(({ server: { jetstream }, serverId }) =>
    (jetstream?.streams ?? []).map((stream) => ({ stream, jetstream, serverId })),
  );
  const byName = Map.groupBy(streams, ({ stream }) => streamKey(stream.accountId, stream.stream));
  for (const [, ofAll] of inOrder(byName)) {
    const samples = ofAll.flatMap(({ stream, jetstream, serverId }) =>
      jetstream === undefined ? [] : streamMetrics(stream, jetstream, serverId, prefixes),
    );
    yield { samples, isOfStream: true };
  }
}

function inOrder<T>(byKey: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1));
}

function leftOutByServers({ regions }: Snapshot, what: 'streams' | 'consumers'): number {
  return regions.reduce((all, { metrics }) => all + (metrics?.server?.jetstream?.leftOut[what] ?? 0), 0);
}

function nameOf(serverName: unknown): string {
  return typeof serverName === 'string' ? serverName : '';
}
