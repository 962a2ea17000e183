// Whether a region would take a client now, by the rules of a decision that are the same for all clients and by what
// the region reports about itself. Pure.

import type { SeenState } from '../../api/states.ts';
import type { MeridianConfig, RegionConfig } from '../../regions/config.ts';
import type { RegionReport } from './region-reports.ts';

/** States in which a region takes a client, or is started by it. */
const SERVING: ReadonlySet<SeenState> = new Set(['up', 'asleep', 'starting']);

/** Why it would not, as text; undefined if it would. */
export function whyNotServing(
  { enabled, drain, dial, limits, off }: RegionConfig,
  { state, clients, maxClients, problem }: RegionReport,
  routing: Pick<MeridianConfig['routing'], 'off'>,
): string | undefined {
  if (!enabled) return 'disabled in the configuration';
  if (drain) return 'drained in the configuration';
  const isDialled = ![...routing.off, ...off].includes('dial');
  if (isDialled && dial === 0) return 'takes 0% of its clients (dial)';
  if (!SERVING.has(state)) return problem === undefined ? `it is ${state}` : `it is ${state}: ${problem}`;
  // A server keeps the limit that it was started with until its next start.
  const limit = Math.min(limits.maxConnections, maxClients ?? limits.maxConnections);
  return clients !== null && clients >= limit ? `full: ${clients} clients of at most ${limit}` : undefined;
}
