// What an edit changes in the bill of a month: both configurations under the clients that there are, as they would be
// distributed. How many messages these send is not known here, so what messages cost is in neither.

import type { CostForecast, RegionShare } from '../../api/forecast.ts';
import { cost } from '../../cost/cost.ts';
import { cloudflarePriceAge } from '../../cost/stale.ts';
import { resolveTraffic } from '../../cost/traffic.ts';
import { MOST_CLIENTS } from '../../cost/traffic-problems.ts';
import { DRIVERS } from '../../cost/use.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import type { RoutingPlan } from '../../routing/plan.ts';

/** Where it is unknown how many clients there are: a few in each region, which keep it awake. */
const UNKNOWN_CLIENTS = 1;

export interface CostForecastOptions {
  readonly before: RoutingPlan;
  readonly after: RoutingPlan;
  readonly shares: readonly RegionShare[];
  readonly connected: number | undefined;
  /** ms since the epoch, for the age of the prices. */
  readonly now: number;
}

export function costForecast({ before, after, shares, connected, now }: CostForecastOptions): CostForecast {
  const clients = connected ?? UNKNOWN_CLIENTS;
  const of = ({ config }: RoutingPlan, when: 'before' | 'after') =>
    costWith(config, clients, new Map(shares.map((share) => [share.region, share[when]])));
  const [old, next] = [of(before, 'before'), of(after, 'after')];
  const { readOn, stale } = cloudflarePriceAge(now);
  return {
    before: { ...old.total },
    after: { ...next.total },
    drivers: DRIVERS.flatMap((driver) => {
      const [from, to] = [old, next].map(
        (of) => of.drivers.find((each) => each.driver === driver)?.dollars.mid ?? 0,
      ) as [number, number];
      return from === to ? [] : [{ driver, before: from, after: to }];
    }),
    pricesReadOn: readOn,
    arePricesStale: stale.length > 0,
  };
}

/** Clients whom no region serves are not in it. */
function costWith(config: MeridianConfig, clients: number, shares: ReadonlyMap<string, number>) {
  const served = config.regions.map((region) => [region.id, shares.get(region.id) ?? 0] as const);
  const share = served.reduce((sum, [, each]) => sum + each, 0);
  const resolved = resolveTraffic(
    {
      clients: Math.min(MOST_CLIENTS, clients * Math.min(1, share)),
      ...(share > 0 && { shares: Object.fromEntries(served) }),
    },
    config,
  );
  // Shares and counts come from the forecast itself, so they are numbers from 0, of regions that there are.
  if (!resolved.ok)
    throw new RangeError(resolved.problems.map(({ path, message }) => `${path}: ${message}`).join('; '));
  return cost(config, resolved.traffic);
}
