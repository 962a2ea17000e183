// Weights share clients between regions of one latency band: without a band they do nothing, which nobody expects of an
// edit such as `weight=50`.

import type { Problem } from '../problems.ts';
import type { ConfigDraft } from './draft.ts';

/** As regions have it that nobody gave a weight: all alike, which asks for nothing. */
const USUAL_WEIGHT = 100;

/** Warns of weights that have no effect. */
export function checkWeight({ routing, regions }: ConfigDraft): Problem[] {
  if (routing?.bandMs !== 0) return [];
  return regions.flatMap(({ weight = USUAL_WEIGHT }, index): Problem[] =>
    weight === USUAL_WEIGHT ? [] : [{ code: 'weight-unused', path: `regions[${index}].weight`, weight }],
  );
}
