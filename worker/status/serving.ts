// Whether a region would take a client now, by the rules of a decision that are the same for all clients and by what
// the region reports about itself. Pure.

import type { SeenState } from '../../api/states.ts';
import { type AnyRegion, isExternal, type MeridianConfig } from '../../regions/config.ts';
import { whyExcluded } from '../../routing/excluded.ts';
import type { RegionReport } from './region-reports.ts';

/** States in which a region takes a client, or is started by it. */
const SERVING: ReadonlySet<SeenState> = new Set(['up', 'asleep', 'starting']);

/** Why it would not, as text; undefined if it would. */
export function whyNotServing(
  region: AnyRegion,
  { state, clients, maxClients, problem }: RegionReport,
  routing: Pick<MeridianConfig['routing'], 'off'>,
): string | undefined {
  const reason = whyExcluded(region, routing);
  if (reason !== undefined) return reason;
  if (!SERVING.has(state)) return problem === undefined ? `it is ${state}` : `it is ${state}: ${problem}`;
  // How full somebody else's servers are is unknown.
  if (isExternal(region)) return undefined;
  // A server keeps the limit that it was started with until its next start.
  const { maxConnections } = region.limits;
  const limit = Math.min(maxConnections, maxClients ?? maxConnections);
  return clients !== null && clients >= limit ? `full: ${clients} clients of at most ${limit}` : undefined;
}
