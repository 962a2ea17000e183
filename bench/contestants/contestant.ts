// What a benchmark may ask of a running stack. Each kind of stack implements it in its own file; process.ts runs one
// of them in a process of its own.

import type { ApiClient } from '../../api/client.ts';
import type { LinkTransport } from '../../api/states.ts';
import type { Closeable } from '../../local/teardown.ts';
import type { MeshCompression } from '../../regions/mesh-schema.ts';

export type Kind = 'direct' | 'platform' | 'calls' | 'stock' | 'splice' | 'meridian' | 'tcp-cluster';

export interface StackRequest {
  readonly kind: Kind;
  /** Path of the nats-server program. */
  readonly natsServer: string;
  /** How many regions, or servers. Absent: as many as the checked-in configuration has, or one server. */
  readonly regions?: number;
  /** How many servers the first region has. Absent: one. */
  readonly members?: number;
  /** A region that sleeps while it has no clients. */
  readonly sleeps?: boolean;
  /** For plain servers: whether `cutLink` will be called. Regions' links can always be cut. */
  readonly cuttable?: boolean;
  /** Builds the Worker with another way to hand over a client. Absent: as it would be deployed. */
  readonly handOff?: 'hedged' | 'unhedged';
  /** Builds a Worker that takes every request for its isolate's first: whether a record is there, or is not waited for. */
  readonly firstVisit?: 'known' | 'unknown' | 'unawaited';
  /** Whether there is a collector of metrics. Absent: as it would be deployed. */
  readonly collects?: boolean;
  /** How often regions compare their routes with the configuration; replaces the configured interval. */
  readonly reconcileSeconds?: number;
  /** What links go over between two objects; replaces what is configured. */
  readonly transport?: LinkTransport;
  /** Adds the latency of real distances. */
  readonly wan?: boolean;
  /** The address by which whoever joins its first two servers reaches the second one's route port. Absent: loopback. */
  readonly farAddress?: string;
  /** How its links are compressed. Absent: as it would be deployed. */
  readonly compression?: MeshCompression;
  /** Whether the system account has a route of its own. Absent: as it would be deployed; plain servers have none. */
  readonly systemRoute?: boolean;
  /** Accounts of an operator, of which clients can be: one of their own, and the system account. */
  readonly operator?: boolean;
  /** Makes `isolateBytes` possible. */
  readonly inspected?: boolean;
  /** Only the regions with JetStream, and whether, and how often, its streams are backed up. */
  readonly jetstream?: { readonly backup: boolean; readonly everySeconds: number };
  /** Address of an external region, which takes all clients that have no place. */
  readonly external?: string;
  /** Whether the door for MQTT is open, which needs regions with JetStream. */
  readonly mqtt?: boolean;
}

/** Where a server listens, on loopback. */
export interface ServerPorts {
  readonly name: string;
  readonly client: number;
  readonly webSocket: number;
  readonly monitoring: number;
}

/** Credentials, as the text of a file of them. */
export interface Credentials {
  readonly user: string;
  readonly system: string;
}

export interface RunningStack extends Closeable {
  /** Where clients connect, a `ws://` URL. */
  readonly url: string;
  /** Ids of its regions; none if it has no such thing. */
  readonly regions?: readonly string[];
  /** Of a stack with an operator. */
  readonly credentials?: Credentials;
  /** Milliseconds from the start to each step. */
  readonly steps: Readonly<Record<string, number>>;
  /** In the order of their regions. */
  servers(): Promise<readonly ServerPorts[]>;
  /** Kills a server, with SIGKILL, and sees to it that it comes back. */
  kill(server: string): Promise<void>;
  /** Cuts the route between the first two servers, which keep running. */
  cutLink(): Promise<void>;
  /** What has crossed the route between the first two servers, in both directions. Absent: nobody counts it. */
  routeBytes?(): Promise<number>;
  /** Puts a server to sleep. */
  stop(server: string): Promise<void>;
  /** What the Worker's isolate takes, in which all objects are: its heap and its buffers, garbage included. */
  isolateBytes?(): Promise<number>;
  /** Absent: it has none. */
  readonly api?: ApiClient;
}

/** Connections per stack, above every level of the benchmarks. */
export const MAX_CONNECTIONS = 65_536;
