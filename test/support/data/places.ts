// Cities that clients pretend to be in: what Cloudflare reports about them, and the region that serves them. All are
// well inside their region's catchment area, so a better latency model should not change any of these regions.

export interface Place {
  readonly city: string;
  readonly colo: string;
  readonly country: string;
  readonly latitude: number;
  readonly longitude: number;
  /** The region that a client there belongs to. */
  readonly region: string;
}

function place(
  row: readonly [city: string, colo: string, country: string, lat: number, lon: number],
  region: string,
): Place {
  const [city, colo, country, latitude, longitude] = row;
  return { city, colo, country, latitude, longitude, region };
}

/** Where any city of a region will do, the first one is used. */
const CITIES = {
  wnam: [
    ['San Jose', 'SJC', 'US', 37.34, -121.89],
    ['Los Angeles', 'LAX', 'US', 34.05, -118.24],
    ['Seattle', 'SEA', 'US', 47.61, -122.33],
    ['Denver', 'DEN', 'US', 39.74, -104.99],
    ['Vancouver', 'YVR', 'CA', 49.28, -123.12],
  ],
  enam: [
    ['Ashburn', 'IAD', 'US', 39.04, -77.49],
    ['Newark', 'EWR', 'US', 40.74, -74.17],
    ['Atlanta', 'ATL', 'US', 33.75, -84.39],
    ['Toronto', 'YYZ', 'CA', 43.65, -79.38],
    ['Sao Paulo', 'GRU', 'BR', -23.55, -46.63],
  ],
  weur: [
    ['Paris', 'CDG', 'FR', 48.86, 2.35],
    ['London', 'LHR', 'GB', 51.51, -0.13],
    ['Madrid', 'MAD', 'ES', 40.42, -3.7],
    ['Lisbon', 'LIS', 'PT', 38.72, -9.14],
    ['Lagos', 'LOS', 'NG', 6.52, 3.38],
  ],
  eeur: [
    ['Warsaw', 'WAW', 'PL', 52.23, 21.01],
    ['Vienna', 'VIE', 'AT', 48.21, 16.37],
    ['Stockholm', 'ARN', 'SE', 59.33, 18.07],
    ['Helsinki', 'HEL', 'FI', 60.17, 24.94],
    ['Istanbul', 'IST', 'TR', 41.01, 28.98],
  ],
  apac: [
    ['Tokyo', 'NRT', 'JP', 35.68, 139.69],
    ['Hong Kong', 'HKG', 'HK', 22.32, 114.17],
    ['Singapore', 'SIN', 'SG', 1.35, 103.82],
    ['Taipei', 'TPE', 'TW', 25.03, 121.57],
    ['Seoul', 'ICN', 'KR', 37.57, 126.98],
  ],
  oc: [
    ['Sydney', 'SYD', 'AU', -33.87, 151.21],
    ['Melbourne', 'MEL', 'AU', -37.81, 144.96],
    ['Brisbane', 'BNE', 'AU', -27.47, 153.03],
    ['Auckland', 'AKL', 'NZ', -36.85, 174.76],
  ],
} as const satisfies Record<string, readonly (readonly [string, string, string, number, number])[]>;

export type Region = keyof typeof CITIES;

export const REGIONS = Object.keys(CITIES) as readonly Region[];

export const PLACES: readonly Place[] = REGIONS.flatMap((region) =>
  CITIES[region].map((row) => place(row, region)),
);

export function isCityRegion(id: string): id is Region {
  return Object.hasOwn(CITIES, id);
}

/** A city of this region. */
export function cityOf(region: Region): Place {
  return place(CITIES[region][0], region);
}

export function cityNamed(name: string): Place {
  const found = PLACES.find(({ city }) => city === name);
  if (found === undefined) throw new Error(`${name} is not one of the cities`);
  return found;
}

/** Every two different regions, in both orders. */
export const PAIRS: readonly (readonly [from: Region, to: Region])[] = REGIONS.flatMap((from) =>
  REGIONS.filter((to) => to !== from).map((to) => [from, to] as const),
);

/** Miniflare's header by which a request on one machine brings its own `request.cf`; PLATFORM.md. */
export function standingIn(cf: unknown): Record<string, string> {
  return { 'MF-CF-Blob': JSON.stringify(cf) };
}

/** `request.cf` of a client there. Cloudflare gives coordinates as strings. */
export function cfOf({ colo, country, latitude, longitude }: Place): Record<string, string> {
  return { colo, country, latitude: `${latitude}`, longitude: `${longitude}` };
}
