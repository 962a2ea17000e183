// Which limits would be exceeded if all connected clients were distributed by the new configuration.

import type { PassedLimit, RegionShare } from '../../api/forecast.ts';
import { isExternal } from '../../regions/config.ts';
import type { RoutingPlan } from '../../routing/plan.ts';

export function limitsPassed(
  plan: RoutingPlan,
  shares: readonly RegionShare[],
  connected: number | undefined,
): readonly PassedLimit[] {
  if (connected === undefined) return [];
  return plan.regions.flatMap(({ id, config }) => {
    if (isExternal(config)) return [];
    const clients = Math.round((shares.find(({ region }) => region === id)?.after ?? 0) * connected);
    const { softConnections } = config.limits;
    // Limits are of each server.
    const maxConnections = config.limits.maxConnections * (config.members?.max ?? 1);
    const passed: PassedLimit[] = [];
    if (softConnections !== undefined && clients > softConnections) {
      passed.push({ region: id, clients, limit: softConnections, kind: 'soft' });
    }
    if (clients > maxConnections) passed.push({ region: id, clients, limit: maxConnections, kind: 'hard' });
    return passed;
  });
}
