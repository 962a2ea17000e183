// How old the prices are: each output says the oldest day on which one was read, and names those that are stale. Pure.

import { AWS, DROPLET_EGRESS, DROPLETS, DROPLETS_SOURCE, SYNADIA_EGRESS } from './other-prices.ts';
import { PRICES } from './prices.ts';

/** After that a price is said to be stale: by then some have changed, in every year so far. */
export const STALE_AFTER_DAYS = 90;

const MS_PER_DAY = 86_400_000;

export interface StalePrice {
  readonly service: string;
  readonly source: string;
  readonly readOn: string;
  readonly days: number;
}

export interface PriceAge {
  /** The oldest day on which one of them was read. */
  readonly readOn: string;
  /** Each service once, by its oldest price; the oldest first. */
  readonly stale: readonly StalePrice[];
}

type Dated = Pick<StalePrice, 'service' | 'source' | 'readOn'>;

/** Of what Cloudflare bills. @param now ms since the epoch */
export function cloudflarePriceAge(now: number): PriceAge {
  return ageOf(Object.values(PRICES), now);
}

/** Of what stands beside it. @param now ms since the epoch */
export function otherPriceAge(now: number): PriceAge {
  const droplets = DROPLETS.map(({ readOn }) => ({
    service: 'DigitalOcean',
    source: DROPLETS_SOURCE,
    readOn,
  }));
  return ageOf([...Object.values(AWS), ...droplets, DROPLET_EGRESS, SYNADIA_EGRESS], now);
}

/** @throws RangeError if a price has no date, or there is no price */
export function ageOf(prices: readonly Dated[], now: number): PriceAge {
  const byAge = prices.toSorted((a, b) => a.readOn.localeCompare(b.readOn));
  const oldest = byAge[0];
  if (oldest === undefined) throw new RangeError('there is no price');
  const stale = new Map<string, StalePrice>();
  for (const { service, source, readOn } of byAge) {
    const days = daysSince(readOn, now);
    if (days > STALE_AFTER_DAYS && !stale.has(service)) stale.set(service, { service, source, readOn, days });
  }
  return { readOn: oldest.readOn, stale: [...stale.values()] };
}

function daysSince(day: string, now: number): number {
  const since = Date.parse(day);
  if (Number.isNaN(since)) throw new RangeError(`${day} is no day`);
  return Math.floor((now - since) / MS_PER_DAY);
}

/** In words; none if none is stale. */
export function staleText({ stale }: PriceAge): readonly string[] {
  if (stale.length === 0) return [];
  const each = stale.map(({ service, readOn }) => `${service} (${readOn})`);
  return [
    `Stale, since they were read more than ${STALE_AFTER_DAYS} days ago: prices of ${each.join(', ')}. Their pages are in --json.`,
  ];
}
