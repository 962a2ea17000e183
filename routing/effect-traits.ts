// The traits of the filters, by their effects: so that a reader of a decision need know no filter by its name.

import type { AnyEffect, AnyFilter, FilterTraits } from './filter.ts';
import { FILTERS } from './filters/all.ts';

/** It holds only for now. */
export const isTemporary = effectsOf('temporary');

/** It would be gone if the region were awake. */
export const endsByWaking = effectsOf('endsByWaking');

/** No two filters share a code. */
function effectsOf(trait: keyof FilterTraits): (effect: AnyEffect | undefined) => boolean {
  const filters: readonly AnyFilter[] = FILTERS;
  const codes = new Set(filters.filter((each) => each[trait]).flatMap(({ words }) => Object.keys(words)));
  return (effect) => effect !== undefined && codes.has(effect.code);
}
