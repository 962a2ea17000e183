// The servers of a snapshot, and those of which nothing is known though they run.

import type { Finding } from '../../api/inspection.ts';
import type { SeenState } from '../../api/states.ts';
import type { JetStreamFigures } from '../region/jetstream-figures.ts';
import type { Figures, ServerMetrics } from '../region/server-figures.ts';
import { type Inspected, unknown } from './check.ts';

/** States in which a region has no server, so that there is nothing to look at. */
export const WITHOUT_SERVER: ReadonlySet<SeenState> = new Set(['asleep', 'waiting', 'starting', 'stopping']);

export interface SeenServer {
  readonly region: string;
  readonly state: SeenState;
  readonly server: ServerMetrics;
}

/** Those that answered, in the order of the configuration. */
export function serversOf({ snapshot }: Inspected): readonly SeenServer[] {
  return snapshot.regions.flatMap(({ region, metrics }) =>
    metrics?.server === undefined ? [] : [{ region, state: metrics.status.state, server: metrics.server }],
  );
}

/** Those that run, or may, and did not answer. */
export function silentServers({ snapshot }: Inspected): readonly Finding[] {
  return snapshot.regions.flatMap(({ region, metrics }) => {
    if (metrics === undefined)
      return [unknown(region, 'its object did not answer', 'look at `npm run regions -- list`')];
    if (metrics.server !== undefined || WITHOUT_SERVER.has(metrics.status.state)) return [];
    return [unknown(region, 'its server did not answer', 'look at `npm run regions -- list`')];
  });
}

/** A check of each server by itself; of those that are silent it is unknown. */
export function ofEachServer(
  find: (server: SeenServer, inspected: Inspected) => readonly Finding[],
): (inspected: Inspected) => readonly Finding[] {
  return (inspected) => [
    ...serversOf(inspected).flatMap((server) => find(server, inspected)),
    ...silentServers(inspected),
  ];
}

export interface SeenJetStream {
  readonly region: string;
  readonly jetstream: JetStreamFigures;
}

/** What JetStream servers say of their streams. */
export function jetStreamsOf(inspected: Inspected): readonly SeenJetStream[] {
  return serversOf(inspected).flatMap(({ region, server: { jetstream } }) =>
    jetstream === undefined || jetstream.isDisabled ? [] : [{ region, jetstream }],
  );
}

/** JetStream servers that say nothing of their streams, or not of all. */
export function silentJetStreams(inspected: Inspected): readonly Finding[] {
  const servers = new Map(serversOf(inspected).map(({ region, server }) => [region, server]));
  const isJetStream = new Map(inspected.snapshot.regions.map(({ region, jetstream }) => [region, jetstream]));
  const silent = silentServers(inspected).filter(({ region }) => isJetStream.get(region ?? '') === true);
  return [
    ...silent,
    ...[...servers].flatMap(([region, { varz, jetstream }]) => {
      if (jetstream === undefined) {
        return figureIn(varz, 'jetstream', 'config', 'max_storage') === undefined
          ? []
          : [
              unknown(
                region,
                'its server does not list its streams',
                'look again; if it stays so, at its CPU',
              ),
            ];
      }
      const { streams } = jetstream.leftOut;
      return streams === 0
        ? []
        : [
            unknown(
              region,
              `${streams} of its streams are not read`,
              'look at them with `nats stream report`',
            ),
          ];
    }),
  ];
}

/** A number in nested figures; undefined if it is not there. */
export function figureIn(figures: Figures, ...path: readonly string[]): number | undefined {
  const found = path.reduce<unknown>(
    (inside, name) => (typeof inside === 'object' && inside !== null ? Reflect.get(inside, name) : undefined),
    figures,
  );
  return typeof found === 'number' ? found : undefined;
}
