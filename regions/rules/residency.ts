// Entries of residency rules that match nobody. Codes that do not exist are refused by the schema.

import { EU_COUNTRIES, EUROPEAN_UNION, UNINHABITED } from '../countries.ts';
import type { Problem } from '../problems.ts';
import type { ConfigDraft } from './draft.ts';

/** Warns of countries in which nobody lives, and of entries of `allow` that `deny` overrules. */
export function checkResidency({ regions }: ConfigDraft): Problem[] {
  return regions.flatMap(({ residency: { allow = [], deny = [] } = {} }, index) => {
    const path = `regions[${index}].residency`;
    return [
      ...uninhabited(`${path}.allow`, allow),
      ...uninhabited(`${path}.deny`, deny),
      ...overruled(`${path}.allow`, allow, new Set(deny)),
    ];
  });
}

function uninhabited(path: string, codes: readonly string[]): Problem[] {
  return codes.flatMap((country, index) =>
    UNINHABITED.has(country) ? [{ code: 'uninhabited-country', path: `${path}[${index}]`, country }] : [],
  );
}

function overruled(path: string, allow: readonly string[], deny: ReadonlySet<string>): Problem[] {
  return allow.flatMap((country, index) => {
    const by = [country, ...(EU_COUNTRIES.has(country) ? [EUROPEAN_UNION] : [])].find((code) =>
      deny.has(code),
    );
    return by === undefined ? [] : [{ code: 'allow-overruled', path: `${path}[${index}]`, country, by }];
  });
}
