// Of how many routes a link between two regions is.

import type { MeridianConfig } from './config.ts';

/** nats-server's `pool_size` for a single route, which is for everything. */
const NO_POOL = -1;

/** nats-server's `pool_size`. A pool comes with a route of the system account's own, and one of a single route is how to have that. */
export function poolSizeOf({ poolSize, systemRoute }: MeridianConfig['mesh']): number {
  return poolSize > 1 || systemRoute ? poolSize : NO_POOL;
}

/** As servers of this configuration have it. */
export function routesPerLink(mesh: MeridianConfig['mesh']): number {
  return Math.max(0, poolSizeOf(mesh)) + 1;
}
