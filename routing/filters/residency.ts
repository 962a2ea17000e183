// Which clients a region may serve, by country. `EU` in a rule stands for the whole European Union.

import type { Filter, FilterContext } from '../filter.ts';

const EU = 'EU';

/** What a record says when the country is not known. */
const UNKNOWN_COUNTRY = 'unknown';

export const residency: Filter = {
  name: 'residency',
  concerns: ({ residency: { allow, deny } }) => allow !== undefined || deny !== undefined,
  apply: ({ region }, context) => {
    const { allow, deny } = region;
    const country = context.country ?? UNKNOWN_COUNTRY;
    const denied = deny && matchOf(deny, context);
    if (denied) return { effect: 'drop', filter: 'residency', code: 'denied', country, rule: denied };
    if (allow && !matchOf(allow, context)) {
      return {
        effect: 'drop',
        filter: 'residency',
        code: 'not-allowed',
        country,
        rule: [...allow].join(','),
      };
    }
    return undefined;
  },
};

/** The entry of a rule that a client falls under. */
function matchOf(rule: ReadonlySet<string>, { country, inEu }: FilterContext): string | undefined {
  if (inEu && rule.has(EU)) return EU;
  return country !== undefined && rule.has(country) ? country : undefined;
}
