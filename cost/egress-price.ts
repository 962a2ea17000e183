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
 * What a region's egress costs, if its container may run in any of these: the cheapest, and the dearest. A container in
 * APAC may be in Korea or Taiwan.
 */
export function egressPrices(placement: readonly string[]): {
  readonly cheapest: EgressPriceId;
  readonly dearest: EgressPriceId;
} {
  const first = placement[0] ?? '';
  const mayBeDear = placement.some((region) => region === 'APAC' || region === 'OC');
  return {
    cheapest: egressPrice({ region: first, location: '' }),
    dearest: mayBeDear ? 'egressOceaniaKoreaTaiwan' : egressPrice({ region: first, location: '' }),
  };
}
