// What AWS would send to clients, by its tiers. Pure.

import { AWS, AWS_EGRESS_TIERS } from './other-prices.ts';

/** Dollars of a month for so many GB, after what is included. */
export function awsEgress(gb: number): number {
  let [left, dollars] = [Math.max(0, gb - AWS.egress.included), 0];
  for (const tier of AWS_EGRESS_TIERS) {
    const within = Math.min(left, tier.gb);
    dollars += within * tier.dollars;
    left -= within;
  }
  return dollars;
}
