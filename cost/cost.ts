// What a configuration costs in a month under a load: `cost(config, traffic)`. Each use is billed by its price, with what is
// included and rounded for the account as a whole; its region and its driver get the part that they used of it. Pure.

import type { MeridianConfig } from '../regions/config.ts';
import { ASSUMPTIONS, type Range, SCENARIOS, type Scenario } from './assumptions.ts';
import { charge } from './charge.ts';
import { compressionNotes } from './compression-notes.ts';
import { PRICES, type PriceId } from './prices.ts';
import { regionLoads } from './region-load.ts';
import { servingNotes } from './serving-notes.ts';
import type { Traffic } from './traffic.ts';
import { DRIVERS, type Driver, type Use } from './use.ts';
import { usesOf } from './uses.ts';

/** What one use of the month costs, in dollars. */
export interface CostLine {
  readonly driver: Driver;
  /** null: of the whole deployment. */
  readonly region: string | null;
  /** By which it is billed: a region's egress by where its container runs, which is another place with the high assumptions. */
  readonly price: Readonly<Record<Scenario, PriceId>>;
  readonly quantity: Range;
  readonly dollars: Range;
}

export interface Cost {
  readonly total: Range;
  /** In the order of DRIVERS. */
  readonly drivers: readonly { readonly driver: Driver; readonly dollars: Range }[];
  /** In the order of the configuration, with the servers that it needs; then null, what belongs to no region. */
  readonly regions: readonly {
    readonly region: string | null;
    readonly servers: number;
    readonly dollars: Range;
  }[];
  readonly lines: readonly CostLine[];
  /** What of this load the configuration cannot serve, and what of it is not counted, in words. */
  readonly notes: readonly string[];
}

export function cost(config: MeridianConfig, traffic: Traffic): Cost {
  const billed = rangeOf((scenario) => bill(usesOf(config, traffic, scenario)));
  // The same uses in the same order in each scenario; only which price a region's egress has may differ.
  const lines = billed.mid.map(({ driver, region, price }, index) => ({
    driver,
    region,
    price: rangeOf((scenario) => billed[scenario][index]?.price ?? price),
    quantity: rangeOf((scenario) => billed[scenario][index]?.quantity ?? 0),
    dollars: rangeOf((scenario) => billed[scenario][index]?.dollars ?? 0),
  }));
  const loads = regionLoads(config, traffic, ASSUMPTIONS.mid);
  const sumOf = (some: readonly CostLine[]) =>
    rangeOf((scenario) => some.reduce((sum, { dollars }) => sum + dollars[scenario], 0));
  return {
    total: sumOf(lines),
    drivers: DRIVERS.map((driver) => ({
      driver,
      dollars: sumOf(lines.filter((line) => line.driver === driver)),
    })),
    regions: [
      ...loads.map(({ region: { id }, servers }) => ({ region: id, servers })),
      { region: null, servers: 0 },
    ].map(({ region, servers }) => ({
      region,
      servers,
      dollars: sumOf(lines.filter((line) => line.region === region)),
    })),
    lines,
    notes: [...servingNotes(config, loads, traffic), ...compressionNotes(config, traffic)],
  };
}

type Billed = Use & { readonly dollars: number };

/** Each use gets of what its price comes to as much as it is of the whole. */
function bill(uses: readonly Use[]): readonly Billed[] {
  const all = Map.groupBy(uses, ({ price }) => price);
  const whole = new Map(
    [...all].map(([price, some]) => {
      const quantity = some.reduce((sum, use) => sum + use.quantity, 0);
      return [price, { quantity, dollars: charge(PRICES[price], quantity) }] as const;
    }),
  );
  return uses.map((use) => {
    const { quantity, dollars } = whole.get(use.price) ?? { quantity: 0, dollars: 0 };
    return { ...use, dollars: quantity === 0 ? 0 : (use.quantity / quantity) * dollars };
  });
}

export function rangeOf<T>(of: (scenario: Scenario) => T): Readonly<Record<Scenario, T>> {
  const [low, mid, high] = SCENARIOS;
  return { low: of(low), mid: of(mid), high: of(high) };
}
