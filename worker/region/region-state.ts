// The states of a region, as Workers and operators are told them.

/**
 * - `asleep`: not running; the next client starts it
 * - `starting`: being started
 * - `up`: serving
 * - `stopping`: told to stop, not gone yet
 * - `draining`: takes no new clients, and ends when the last one has gone
 * - `down`: it ended unasked and is being started again
 */
export type RegionState = 'asleep' | 'starting' | 'up' | 'draining' | 'stopping' | 'down';
