// The states of a region and of a link. All other folders import them from here; no state is a bare string.

/**
 * - `asleep`: not running; the next client starts it
 * - `waiting`: must not start yet, since with its empty disk it could outvote the JetStream servers that hold the data
 * - `starting`: being started
 * - `up`: serving
 * - `draining`: refuses new clients, and stops when the last client has disconnected
 * - `stopping`: told to stop, but still running
 * - `down`: it exited unexpectedly and is being restarted
 */
export const REGION_STATES = ['asleep', 'waiting', 'starting', 'up', 'draining', 'stopping', 'down'] as const;
export type RegionState = (typeof REGION_STATES)[number];

/** Added by the Worker, since the region cannot report it itself: its object does not answer. */
export const UNREACHABLE = 'unreachable';

/** The state of a region as a Worker sees it. */
export const SEEN_STATES = [...REGION_STATES, UNREACHABLE] as const;
export type SeenState = RegionState | typeof UNREACHABLE;

/**
 * - `up`: nats-server has the route
 * - `connecting`: being established
 * - `down`: waiting for a retry
 * - `asleep`: one of the two regions sleeps
 */
export const LINK_STATES = ['up', 'connecting', 'down', 'asleep'] as const;
export type LinkState = (typeof LINK_STATES)[number];

/**
 * What a link goes over between the two objects:
 * - `connect`: a socket, by `connect()` of the peer's object
 * - `rpc`: byte streams, by a method of the peer's object
 */
export const LINK_TRANSPORTS = ['connect', 'rpc'] as const;
export type LinkTransport = (typeof LINK_TRANSPORTS)[number];

/**
 * A JetStream server:
 * - `full`: holds everything that it has to
 * - `joining`: running, and being filled by the others
 * - `empty`: not running, so its disk is empty
 */
export const MEMBER_STATES = ['full', 'joining', 'empty'] as const;

/**
 * After no server holds the streams any more:
 * - `deciding`: whether they can be restored is being found out
 * - `waiting`: an operator has to accept it, or bring a backup
 * - `forming`: the servers start empty, to be filled from the backup
 * - `restoring`: they are being filled
 */
export const LOSS_PHASES = ['deciding', 'waiting', 'forming', 'restoring', 'incomplete'] as const;
