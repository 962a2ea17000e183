// The coordinates of the places that a request names: a Cloudflare data center, a country, a continent. Codes are as
// `request.cf` writes them, in capitals; anything else, however long or odd, is unknown: undefined, never an error.
import type { Coordinates } from '../coordinates.ts';
import { COLOS } from './colos.ts';
import { CONTINENTS, COUNTRIES } from './countries.ts';
import { unpack } from './packed-table.ts';

/** The airport whose IATA code names the data center (`request.cf.colo`, "AMS"). */
export function coordinatesOfColo(code: string | undefined): Coordinates | undefined {
  return unpack(COLOS, code);
}

/** The middle of a country's population, by ISO 3166 alpha-2 code (`request.cf.country`, "NL"). Unknown are "XX" and "T1" (Tor). */
export function coordinatesOfCountry(code: string | undefined): Coordinates | undefined {
  return unpack(COUNTRIES, code);
}

/** The middle of a continent's population (`request.cf.continent`: AF, AN, AS, EU, NA, OC or SA). */
export function coordinatesOfContinent(code: string | undefined): Coordinates | undefined {
  return unpack(CONTINENTS, code);
}
