// How many servers a region needs for so many clients, as its configuration says. Pure.

import { clientCapacity } from '../regions/client-capacity.ts';
import type { RegionConfig } from '../regions/config.ts';

/** @returns undefined if it depends on how many clients there are, and that is unknown */
export function serversFor(
  region: RegionConfig | undefined,
  clients: number | undefined,
): number | undefined {
  if (region === undefined || !region.enabled || region.drain) return 0;
  const { members } = region;
  // One that may sleep runs while it has clients.
  if (members === undefined) return region.keepAwake || clients === undefined ? 1 : Number(clients > 0);
  const min = Math.min(members.min, members.max);
  if (min === members.max) return min;
  if (clients === undefined) return undefined;
  const wanted = Math.ceil((clients + members.freeConnections) / clientCapacity(region));
  return Math.min(members.max, Math.max(min, wanted, 1));
}
