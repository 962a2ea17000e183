// What a request asked for and did not get since no region is called so, in words. Bounded: a request may ask for
// anything.

import type { FilterContext } from './filter.ts';
import { quote } from './quote.ts';

const NO_NOTES: readonly string[] = [];

/** Unknown regions that are named; the rest is counted. */
const NAMED = 5;

/** @param notes what was ignored before, which comes first */
export function pinNotes(
  { plan, preferred, forced, previous }: FilterContext,
  notes: readonly string[] = NO_NOTES,
): readonly string[] {
  if (preferred.length === 0 && forced === undefined && previous === undefined) return notes;
  const isUnknown = (id: string) => !plan.regions.some((region) => region.id === id);
  const unknown = new Set((forced === undefined ? preferred : [...preferred, forced]).filter(isUnknown));
  const isLost = previous !== undefined && isUnknown(previous);
  if (unknown.size === 0 && !isLost) return notes;
  const named = [...unknown].slice(0, NAMED);
  return [
    ...notes,
    ...named.map((id) => `there is no region ${quote(id)}, ignored`),
    ...(unknown.size > NAMED ? [`${unknown.size - NAMED} more regions that do not exist, ignored`] : []),
    ...(isLost ? [`there is no region ${quote(previous)} to go back to, ignored`] : []),
  ];
}
