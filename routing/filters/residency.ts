// Which clients a region may serve, by country. `EU` in a rule means the whole European Union.

import type { AnyRegion } from '../../regions/config.ts';
import { EUROPEAN_UNION, TOR, UNKNOWN_COUNTRY } from '../../regions/countries.ts';
import type { ClientCountry } from '../client-country.ts';
import type { Filter } from '../filter.ts';

/** A region that may not serve the client. */
export interface Forbidden {
  readonly effect: 'drop';
  readonly filter: 'residency';
  readonly code: 'denied' | 'not-allowed';
  readonly country: string;
  readonly rule: string;
}

export const residency: Filter<Forbidden> = {
  name: 'residency',
  refusal: {
    name: 'residency',
    code: 'residency',
    message: 'the rules on where data may be kept let no region serve this client',
  },
  forRegion: ({ residency: rules }) => {
    const judge = compileResidency(rules);
    return judge && ((_region, client) => judge(client));
  },
  words: {
    denied: ({ country, rule }) => `may not serve clients ${fromWhere(country)} (rule: deny ${rule})`,
    'not-allowed': ({ country, rule }) => `may only serve clients from ${rule}, not ${fromWhere(country)}`,
  },
};

/**
 * The rules of one region: what they say about a client that they forbid. Undefined if they forbid none. The region's
 * object applies them too, whatever the isolate knew that sent the client.
 */
export function compileResidency({
  allow: allowed,
  deny: denied,
}: AnyRegion['residency']): ((client: ClientCountry) => Forbidden | undefined) | undefined {
  if (allowed === undefined && denied === undefined) return undefined;
  const allow = allowed && new Set(allowed);
  const deny = new Set(denied);
  return (client) => {
    const { country } = client;
    const rule = matchOf(deny, client);
    if (rule !== undefined) return { effect: 'drop', filter: 'residency', code: 'denied', country, rule };
    if (allow === undefined || matchOf(allow, client) !== undefined) return undefined;
    return { effect: 'drop', filter: 'residency', code: 'not-allowed', country, rule: [...allow].join(',') };
  };
}

/** The entry of a rule that a client falls under. */
function matchOf(rule: ReadonlySet<string>, { country, inEu }: ClientCountry): string | undefined {
  if (inEu && rule.has(EUROPEAN_UNION)) return EUROPEAN_UNION;
  return rule.has(country) ? country : undefined;
}

function fromWhere(country: string): string {
  if (country === UNKNOWN_COUNTRY) return 'from an unknown country';
  return country === TOR ? 'from Tor' : `from ${country}`;
}
