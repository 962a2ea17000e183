// The cities of the k6 scripts' clients: the scripts' own list, which is plain JavaScript and needs no k6.

import type { CityPlace } from '../report/build-summary.ts';

const LIST = new URL('../lib/cities.js', import.meta.url).href;

export async function readCities(): Promise<readonly CityPlace[]> {
  const { CITIES } = (await import(LIST)) as { readonly CITIES: readonly CityPlace[] };
  return CITIES.map(({ name, latitude, longitude }) => ({ name, latitude, longitude }));
}
