// How a region's object is reached, and what can be asked of it.

import type { RegionConfig } from '../../regions/config.ts';
import { bindingNameOf, instanceNameOf } from '../../regions/names.ts';
import { OWN_SERVER, serverIdOf } from '../../regions/servers.ts';
import type { RoundTrips } from '../../routing/round-trips.ts';
import type { Env } from '../env.ts';
import type { TrafficSample } from '../forecast/traffic.ts';
import type { Sighting } from '../jetstream/admission/record.ts';
import type { StreamBackupStatus } from '../jetstream/backup/status.ts';
import type { LetGo, LetGoAnswer } from './client-mover.ts';
import type { CredentialReport } from './credential-report.ts';
import type { LeafAdmission } from './leaf-links.ts';
import type { ScalingStatus } from './scaling.ts';
import type { MetricsWanted, RegionMetrics } from './server-figures.ts';
import type { LinkStatus, RegionStatus } from './status.ts';
import type { ToldConfig } from './told-region.ts';

/** What Workers and other regions' objects call, over RPC. */
export interface RegionMethods {
  /** @param colo the data center that asks, if it wants to know the round trips that are remembered from there */
  status(colo?: string): Promise<RegionStatus>;
  /** Keeps the round trips that a data center without a cache of its own has measured to here, in memory. */
  remember(colo: string, trips: RoundTrips): Promise<void>;
  links(): Promise<readonly LinkStatus[]>;
  traffic(): Promise<readonly TrafficSample[]>;
  configure(region: ToldConfig, version: number, settleSeconds: number): Promise<void>;
  /** Why it must not be woken; undefined once it is up. */
  wake(): Promise<string | undefined>;
  drain(settleSeconds: number): Promise<RegionStatus>;
  undrain(): Promise<RegionStatus>;
  halt(): Promise<RegionStatus>;
  peerUp(peer: string): Promise<boolean>;
  /** What `connect(address)` does, by two byte streams: what the caller sends, and what it is sent. */
  connectOverRpc(
    address: string,
    fromCaller: ReadableStream<Uint8Array>,
  ): Promise<ReadableStream<Uint8Array>>;
  /** Whether a session may be joined by a leaf link; starts the server for it. */
  admitLeaf(): Promise<LeafAdmission>;
  /** What its JetStream server holds; `stopped` if none runs, undefined if it does not answer or is starting. */
  holdings(): Promise<Sighting>;
  /** How far the backups of the streams are that its server leads. */
  backupStatus(): Promise<readonly StreamBackupStatus[]>;
  /** How many servers it needs, and why; undefined if it is one server. */
  scaling(): Promise<ScalingStatus | undefined>;
  /** Has its server tell clients to reconnect, so that a region's servers become equally full. */
  letGo(order: LetGo): Promise<LetGoAnswer>;
  /** Which credentials its servers take, who uses which, and since when that is known. Never starts anything. */
  credentials(): Promise<CredentialReport>;
  /** What the region and its server measure. Never starts anything. */
  metrics(wanted: MetricsWanted): Promise<RegionMetrics>;
}

export type RegionStub = RegionMethods & Pick<Fetcher, 'fetch' | 'connect'>;

/**
 * The object of a region. The location hint is given on every call: it only counts on the first get of an object, and
 * a caller cannot know whether its own is the first.
 *
 * @throws Error if the deployment has no binding for the region
 */
export function regionStub(env: Env, region: RegionConfig): RegionStub {
  return serverStub(env, region, OWN_SERVER);
}

/** The object of one of a region's servers; the region's own is that of the region. @throws Error as `regionStub` does */
export function serverStub(env: Env, region: RegionConfig, number: number): RegionStub {
  const binding = bindingNameOf(region.id);
  const namespace = (env as Record<string, unknown>)[binding] as DurableObjectNamespace | undefined;
  if (namespace === undefined) {
    throw new Error(
      `region ${region.id} has no binding ${binding}: run "npm run regions -- sync" and deploy`,
    );
  }
  const options = { locationHint: region.hint as DurableObjectLocationHint };
  return namespace.getByName(instanceNameOf(serverIdOf(region.id, number)), options) as DurableObjectStub &
    RegionMethods;
}
