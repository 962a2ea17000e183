// What Workers Logs writes in a month: an event for each time that the Worker or an object is called, and one for each line that
// they or a container write. Pure.

import type { Assumptions } from './assumptions.ts';
import { passedRequests } from './object-uses.ts';
import type { RegionLoad } from './region-load.ts';
import type { Traffic } from './traffic.ts';
import type { Use } from './use.ts';

/** @param uses all others; a message that is passed through reaches no code, and writes nothing */
export function logUses(
  uses: readonly Use[],
  loads: readonly RegionLoad[],
  { logSamplingRate }: Traffic,
  assumptions: Assumptions,
): Use[] {
  const requests = uses
    .filter(({ price }) => price === 'workerRequests' || price === 'objectRequests')
    .reduce((sum, { quantity }) => sum + quantity, 0);
  const passed = loads.reduce((sum, load) => sum + passedRequests(load, assumptions), 0);
  const calls = Math.max(0, requests - passed);
  const quantity = calls * assumptions.logEventsPerCall * logSamplingRate;
  return [{ driver: 'logs', region: null, price: 'logEvents', quantity }];
}
