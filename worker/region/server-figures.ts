// What a region and its nats-server measure: types. Plain data, since it crosses RPC.

import type { ScalingDecision } from '../../scaling/decision.ts';
import type { StreamBackupStatus } from '../jetstream/backup/status.ts';
import type { JetStreamFigures } from './jetstream-figures.ts';
import type { RoutezRoute } from './monitoring-answers.ts';
import type { LinkStatus, RegionStatus } from './status.ts';

export type { StreamBackupStatus } from '../jetstream/backup/status.ts';

/** How much is asked for. The history needs the server only. */
export interface MetricsWanted {
  /** Connections, leaf nodes, JetStream's streams and their durable consumers. */
  readonly details: boolean;
  /** Consumers that are not durable too. */
  readonly ephemeral: boolean;
}

/** What a region's object tells the collector. */
export interface RegionMetrics {
  /** `clients` are without Meridian's own connections, which `server` counts. */
  readonly status: RegionStatus;
  readonly links: readonly LinkStatus[];
  /** Of the streams that its server leads; absent without details, or if it does not answer. */
  readonly backups?: readonly StreamBackupStatus[];
  /** How many servers it needs; absent if it is one server, or nothing is decided yet. */
  readonly scaling?: Pick<ScalingDecision, 'needed' | 'serving'>;
  /** Absent if no server runs, or it does not answer. */
  readonly server?: ServerMetrics;
}

/** A JSON object of figures, which may be nested. */
export interface Figures {
  readonly [name: string]: unknown;
}

/** A route, as this server sees it. */
export type RouteFigures = Pick<
  RoutezRoute,
  'rid' | 'remote_id' | 'remote_name' | 'in_bytes' | 'out_bytes'
> & {
  readonly in_msgs: number;
  readonly out_msgs: number;
  readonly pending_size: number;
};

/** Sums over the connections that `/connz` lists, at most its own limit of 1,024. */
export interface ConnzFigures {
  readonly num_connections: number;
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
  readonly pending_bytes: number;
  readonly subscriptions: number;
  readonly in_bytes: number;
  readonly out_bytes: number;
  readonly in_msgs: number;
  readonly out_msgs: number;
}

export interface LeafFigures {
  readonly name: string;
  readonly account: string;
  readonly ip: string;
  readonly port: number;
  readonly rttSeconds: number;
  readonly in_msgs: number;
  readonly out_msgs: number;
  readonly in_bytes: number;
  readonly out_bytes: number;
  readonly subscriptions: number;
}

/** What nats-server counts of an account, as `/accstatz` has it. */
export interface AccountTraffic {
  readonly acc: string;
  readonly name?: string;
  readonly conns: number;
  readonly leafnodes: number;
  readonly total_conns: number;
  readonly num_subscriptions: number;
  readonly sent: { readonly msgs: number; readonly bytes: number };
  readonly received: { readonly msgs: number; readonly bytes: number };
  readonly slow_consumers: number;
}

export interface ServerMetrics {
  /** How long `/varz` took to answer, ms. */
  readonly answeredInMs: number;
  /** `/varz` as it is, with Meridian's own connections. */
  readonly varz: Figures;
  readonly routes?: readonly RouteFigures[];
  /** What `/healthz` says: `ok`, or another word. */
  readonly health?: string;
  /** Why it is not `ok`. */
  readonly healthProblem?: string;
  readonly subsz?: Figures;
  readonly connz?: ConnzFigures;
  readonly leafs?: readonly LeafFigures[];
  /** Of accounts that have or had clients here. */
  readonly accounts?: readonly AccountTraffic[];
  readonly jetstream?: JetStreamFigures;
}
