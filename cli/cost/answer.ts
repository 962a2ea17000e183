// Everything that `npm run cost` says of a configuration and a load, computed. Pure.

import { alternatives, dropletOf } from '../../cost/alternatives.ts';
import { breakEvens, curve, hoursUntil, mostMessages } from '../../cost/break-even.ts';
import { cost } from '../../cost/cost.ts';
import { cloudflarePriceAge, otherPriceAge } from '../../cost/stale.ts';
import type { Traffic } from '../../cost/traffic.ts';
import { type MeridianConfig, ownRegions } from '../../regions/config.ts';
import type { CostAnswer } from './cost-text.ts';

/** @param now ms since the epoch */
export function answerOf(config: MeridianConfig, traffic: Traffic, now: number): CostAnswer {
  const types = new Map(
    ownRegions(config).map(({ instanceType }) => [JSON.stringify(instanceType), instanceType]),
  );
  const hours = [...types.values()].flatMap((type) => {
    const machine = dropletOf(type);
    if (machine === undefined) return [];
    const size = typeof type === 'string' ? type : 'that size';
    const name = `a droplet of ${machine.memoryGb} GB in place of ${size}`;
    return [{ name, dollars: machine.dollars, hours: hoursUntil(machine.dollars, type) }];
  });
  return {
    cost: cost(config, traffic),
    traffic,
    alternatives: alternatives(config, traffic),
    breakEven: {
      hours,
      messages: breakEvens(config, traffic),
      mostMessages: mostMessages(config, traffic),
    },
    curve: curve(config, traffic),
    prices: { cloudflare: cloudflarePriceAge(now), others: otherPriceAge(now) },
  };
}
