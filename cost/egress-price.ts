// Which price a gigabyte has that a container sends: by where it runs, in Cloudflare's names. Pure.

import type { PriceId } from './prices.ts';

/** Where a container ran, in Cloudflare's names: `WEUR`, `AMS07`. */
export interface ContainerPlace {
  readonly region: string;
  readonly location: string;
}

export type EgressPriceId = Extract<PriceId, `egress${string}`>;

const NORTH_AMERICA_AND_EUROPE = /^(?:ENAM|WNAM|WEUR|EEUR)$/;
const KOREA_AND_TAIWAN = /^(?:ICN|TPE|KHH)/;

/** @param place not needed if nothing was sent */
export function egressPrice(
  { region, location }: ContainerPlace = { region: '', location: '' },
): EgressPriceId {
  if (NORTH_AMERICA_AND_EUROPE.test(region.toUpperCase())) return 'egressNorthAmericaAndEurope';
  const isDear = region.toUpperCase() === 'OC' || KOREA_AND_TAIWAN.test(location.toUpperCase());
  return isDear ? 'egressOceaniaKoreaTaiwan' : 'egressElsewhere';
}

/**
 * All that a region's egress may cost, if its container may run in any of these; first what it costs in the first of them,
 * which is where it runs as a rule. A container in APAC may be in Korea or Taiwan.
 */
export function egressPrices(placement: readonly string[]): readonly [EgressPriceId, ...EgressPriceId[]] {
  const [first, ...more] = placement.map((region) => egressPrice({ region, location: '' }));
  const inKorea = placement.includes('APAC') ? [egressPrice({ region: 'APAC', location: 'ICN' })] : [];
  const usual = first ?? egressPrice();
  return [usual, ...new Set([...more, ...inKorea].filter((price) => price !== usual))];
}
