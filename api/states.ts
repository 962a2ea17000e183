// The states of a region and of a link. Every other folder takes them from here; none has a state that is a bare string.

/**
 * - `asleep`: not running; the next client starts it
 * - `starting`: being started
 * - `up`: serving
 * - `draining`: takes no new clients, and ends when the last one has gone
 * - `stopping`: told to stop, not gone yet
 * - `down`: it ended unasked and is being started again
 */
export const REGION_STATES = ['asleep', 'starting', 'up', 'draining', 'stopping', 'down'] as const;
export type RegionState = (typeof REGION_STATES)[number];

/** What a Worker adds to what a region says of itself: its object does not answer. */
export const UNREACHABLE = 'unreachable';

/** The state of a region as a Worker sees it. */
export const SEEN_STATES = [...REGION_STATES, UNREACHABLE] as const;
export type SeenState = RegionState | typeof UNREACHABLE;

/**
 * - `up`: nats-server has the route
 * - `connecting`: being made
 * - `down`: waiting to be tried again
 * - `asleep`: one of the two regions sleeps
 */
export const LINK_STATES = ['up', 'connecting', 'down', 'asleep'] as const;
export type LinkState = (typeof LINK_STATES)[number];
