// Which clients a region may serve, by country. `EU` in a rule means the whole European Union.

import type { Filter, FilterContext } from '../filter.ts';

const EU = 'EU';

/** The country in a record if it is unknown. */
const UNKNOWN_COUNTRY = 'unknown';

interface Forbidden {
  readonly effect: 'drop';
  readonly filter: 'residency';
  readonly code: 'denied' | 'not-allowed';
  readonly country: string;
  readonly rule: string;
}

export const residency: Filter<Forbidden> = {
  name: 'residency',
  refusal: 'residency',
  forRegion: ({ residency: rules }) => {
    if (rules.allow === undefined && rules.deny === undefined) return undefined;
    const allow = rules.allow && new Set(rules.allow);
    const deny = rules.deny && new Set(rules.deny);
    return (_region, context) => {
      const country = context.country ?? UNKNOWN_COUNTRY;
      const denied = deny && matchOf(deny, context);
      if (denied) return { effect: 'drop', filter: 'residency', code: 'denied', country, rule: denied };
      if (allow && !matchOf(allow, context)) {
        const rule = [...allow].join(',');
        return { effect: 'drop', filter: 'residency', code: 'not-allowed', country, rule };
      }
      return undefined;
    };
  },
  words: {
    denied: ({ country, rule }) => `may not serve clients from ${country} (rule: deny ${rule})`,
    'not-allowed': ({ country, rule }) => `may only serve clients from ${rule}, not from ${country}`,
  },
};

/** The entry of a rule that applies to a client. */
function matchOf(rule: ReadonlySet<string>, { country, inEu }: FilterContext): string | undefined {
  if (inEu && rule.has(EU)) return EU;
  return country !== undefined && rule.has(country) ? country : undefined;
}
