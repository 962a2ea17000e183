// The residency rule of a region, as its object applies it: the object has the newest rules that it was told of, while
// a new isolate still routes clients by those that were deployed.

import type { RegionConfig } from '../../regions/config.ts';
import { clientCountryOf } from '../../routing/client-country.ts';
import { compileResidency, residency } from '../../routing/filters/residency.ts';
import type { Refusal } from './stages.ts';
import type { ClientPlace } from './traffic-tally.ts';

/** @param place is asked for only if it matters */
type Rule = (place: () => ClientPlace) => Refusal | undefined;

/** Compiled once per configuration; the refusal names the rule. */
export function residencyRuleOf({ residency: rules, off }: RegionConfig): Rule {
  const judge = off.includes('residency') ? undefined : compileResidency(rules);
  return (place) => {
    const forbidden = judge?.(clientCountryOf(place()));
    if (forbidden === undefined) return undefined;
    const words = residency.words[forbidden.code] as (effect: typeof forbidden) => string;
    return { code: 'residency', reason: words(forbidden) };
  };
}
