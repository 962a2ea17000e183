// The country of a client, as residency rules see it.

import { EU_COUNTRIES, TOR, UNKNOWN_COUNTRY } from '../regions/countries.ts';

export interface ClientCountry {
  /** ISO 3166 alpha-2; `T1` if the client comes through Tor, `XX` if its country is unknown. */
  readonly country: string;
  readonly inEu: boolean;
}

/** The fields of `request.cf` that say so, each of which may be absent or nonsense. */
interface CountryFields {
  readonly country?: unknown;
  readonly isEUCountry?: unknown;
}

/** Reads `request.cf`, or the part of it that a region is told. Never throws. */
export function clientCountryOf(cf: unknown): ClientCountry {
  const { country: code, isEUCountry }: CountryFields = typeof cf === 'object' && cf !== null ? cf : {};
  const country =
    typeof code === 'string' && (code === TOR || /^[A-Z]{2}$/.test(code)) ? code : UNKNOWN_COUNTRY;
  return { country, inEu: isEUCountry === '1' || EU_COUNTRIES.has(country) };
}
