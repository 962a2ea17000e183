// What a region's container is started with: the environment that container/entrypoint.sh documents.

import { clientCapacity } from '../../regions/client-capacity.ts';
import { type MeridianConfig, ownRegions, type RegionConfig } from '../../regions/config.ts';
import { holdSecondsOf } from '../../regions/deploy-turns.ts';
import { poolSizeOf } from '../../regions/mesh-routes.ts';
import { instanceNameOf } from '../../regions/names.ts';
import { type Env, NATS_SECRETS } from '../env.ts';

/**
 * How many more connections a server accepts than its region accepts clients. The object refuses clients beyond the
 * region's limit, in time to try the next region; a client that the server refuses has had its 101 and is lost.
 */
export const SERVER_HEADROOM = 16;

/** The environment of a region's container. @param leafPassword of links with sessions, for this start */
export function containerEnvironment(
  env: Env,
  config: MeridianConfig,
  region: RegionConfig,
  leafPassword: string,
): Record<string, string> {
  const { limits } = region;
  const settings: Record<string, string | number | boolean | undefined> = {
    NATS_SERVER_NAME: instanceNameOf(region.id),
    NATS_CLUSTER_NAME: config.cluster,
    NATS_REGION: region.id,
    NATS_LEAF_PASSWORD: leafPassword,
    NATS_MAX_CONNECTIONS: clientCapacity(region) + SERVER_HEADROOM,
    NATS_MAX_PAYLOAD: limits.maxPayloadBytes,
    NATS_MAX_PENDING: maxPendingFor(limits.maxPayloadBytes),
    NATS_POOL_SIZE: poolSizeOf(config.mesh),
    NATS_LAME_DUCK_GRACE_PERIOD: `${config.lameDuck.graceSeconds}s`,
    NATS_LAME_DUCK_DURATION: `${config.lameDuck.durationSeconds}s`,
    // Of a member nothing: its id is no region's.
    NATS_TERM_HOLD: holdSecondsOf(config, region.id),
    NATS_MQTT: config.doors.mqtt,
    NATS_MQTT_REPLICAS: mqttReplicas(config),
    NATS_JETSTREAM: region.jetstream,
    NATS_JETSTREAM_PEERS: region.jetstream ? ownRegions(config).filter(isMember).length : undefined,
    NATS_JETSTREAM_MAX_MEMORY: limits.jetstreamMaxMemoryBytes,
    NATS_JETSTREAM_MAX_FILE: limits.jetstreamMaxStoreBytes,
  };
  for (const name of NATS_SECRETS) settings[name] = env[name];
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

/** Of the streams that keep MQTT's sessions: two would stand still when one of their servers is away. */
function mqttReplicas(config: MeridianConfig): number {
  return ownRegions(config).filter(isMember).length >= 3 ? 3 : 1;
}

/** nats-server's default of `max_pending`. */
const LEAST_PENDING_BYTES = 64 * 1024 * 1024;

/** What stands before each of two messages: subject and headers of the next one may wait as well. */
const ROOM_BYTES = 1024 * 1024;

/** How many bytes may wait for one reader: two of the largest messages, since a reader for whom more waits is closed. */
function maxPendingFor(maxPayloadBytes: number): number {
  return Math.max(LEAST_PENDING_BYTES, 2 * maxPayloadBytes + ROOM_BYTES);
}

function isMember({ enabled, jetstream }: RegionConfig): boolean {
  return enabled && jetstream;
}
