// What Cloudflare tells a container of where it runs, for the containers of this machine: a place where its placement
// allows it, the nearest of those known here to the coordinates of its region. workerd says `loc01`, `REGN` and `XX` of
// all of them.

import { type MeridianConfig, ownRegions, type RegionConfig } from '../regions/config.ts';
import type { Placement } from '../regions/hints.ts';
import { instanceNameOf } from '../regions/names.ts';
import { distanceKm } from '../routing/distance.ts';
import { coordinatesOfColo } from '../routing/places/lookup.ts';

/** Airport and country of data centers: those that objects were seen in, and the largest of where no objects are. */
const DATA_CENTERS: Readonly<Record<Placement, readonly string[]>> = {
  WNAM: ['DFW US', 'LAX US', 'SJC US', 'DEN US', 'SEA US'],
  ENAM: ['ATL US', 'EWR US', 'IAD US', 'MIA US', 'ORD US'],
  SAM: ['GRU BR'],
  WEUR: ['AMS NL', 'LHR GB', 'LIS PT', 'MAD ES', 'CDG FR', 'MRS FR'],
  EEUR: ['ARN SE', 'FRA DE', 'HAM DE', 'MXP IT', 'VIE AT', 'WAW PL'],
  APAC: ['HKG HK', 'ICN KR', 'KIX JP', 'NRT JP', 'SIN SG'],
  OC: ['AKL NZ', 'BNE AU', 'MEL AU', 'SYD AU'],
  AFR: ['JNB ZA'],
  ME: ['DXB AE'],
};

/** The variables of a server's container; undefined for a server that is not a region's. */
export type ContainerPlaces = (serverName: string) => Readonly<Record<string, string>> | undefined;

export function containerPlaces(config: MeridianConfig): ContainerPlaces {
  const places = new Map(ownRegions(config).map((region) => [instanceNameOf(region.id), placeOf(region)]));
  return (serverName) => places.get(serverName);
}

function placeOf(region: RegionConfig): Readonly<Record<string, string>> | undefined {
  const [placement] = region.placement;
  if (placement === undefined) return undefined;
  const [nearest = ''] = [...DATA_CENTERS[placement]].sort((a, b) => kmFrom(region, a) - kmFrom(region, b));
  const [airport = '', country = ''] = nearest.split(' ');
  return {
    CLOUDFLARE_LOCATION: `${airport.toLowerCase()}01`,
    CLOUDFLARE_REGION: placement,
    CLOUDFLARE_COUNTRY_A2: country,
  };
}

function kmFrom(region: RegionConfig, dataCenter: string): number {
  const there = coordinatesOfColo(dataCenter.slice(0, 3));
  return there === undefined ? Number.POSITIVE_INFINITY : distanceKm(region, there);
}
