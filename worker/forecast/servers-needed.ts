// How many servers each region would need if all connected clients were distributed by the new configuration, and what the
// difference costs. Clients and free places are counted as at rest: what is expected while a server starts comes on top.

import type { RegionShare, ServersNeeded } from '../../api/forecast.ts';
import { dollarsPerMonth } from '../../cost/container-cost.ts';
import { serversFor } from '../../cost/servers.ts';
import { isExternal, type RegionConfig } from '../../regions/config.ts';
import type { RoutingPlan } from '../../routing/plan.ts';

/** Those that have members, before or after, and those that need another number of servers. */
export function serversNeeded(
  before: RoutingPlan,
  after: RoutingPlan,
  shares: readonly RegionShare[],
  connected: number | undefined,
): readonly ServersNeeded[] {
  return shares.flatMap(({ region, ...share }) => {
    const [old, next] = [configIn(before, region), configIn(after, region)];
    const clientsAt = (of: number) => (connected === undefined ? undefined : of * connected);
    const counts = {
      before: serversFor(old, clientsAt(share.before)),
      after: serversFor(next, clientsAt(share.after)),
    };
    const hasMembers = old?.members !== undefined || next?.members !== undefined;
    if (!hasMembers && counts.before === counts.after) return [];
    const costs = [costOf(old, counts.before), costOf(next, counts.after)] as const;
    return [
      {
        region,
        before: counts.before ?? null,
        after: counts.after ?? null,
        dollarsPerMonth: difference(...costs),
      },
    ];
  });
}

/** Undefined for an external region too: none of its servers is ours. */
function configIn({ regions }: RoutingPlan, id: string): RegionConfig | undefined {
  const config = regions.find((each) => each.id === id)?.config;
  return config === undefined || isExternal(config) ? undefined : config;
}

function costOf(region: RegionConfig | undefined, servers: number | undefined): number | undefined {
  if (region === undefined || servers === 0) return 0;
  return servers === undefined ? undefined : servers * dollarsPerMonth(region.instanceType);
}

function difference(before: number | undefined, after: number | undefined): number | null {
  return before === undefined || after === undefined ? null : after - before;
}
