// Each region must be in a place of its own, and one that Cloudflare offers.

import { type Hint, isSamePlace, LANDS_IN, LIMITED_PLACEMENTS } from '../hints.ts';
import type { Problem } from '../problems.ts';
import type { ConfigDraft } from './draft.ts';
import { repeats } from './repeated-entries.ts';

/** Reports hints for another region's place or that land elsewhere, placements given twice or refused alone. */
export function checkPlace({ regions }: ConfigDraft): Problem[] {
  const problems: Problem[] = [];
  const seen: { hint: Hint; path: string }[] = [];
  for (const [index, { hint, placement }] of regions.entries()) {
    if (hint !== undefined) {
      const path = `regions[${index}].hint`;
      const other = seen.find((earlier) => isSamePlace(earlier.hint, hint));
      problems.push(...problemsOfHint(hint, path, other));
      seen.push({ hint, path });
    }
    problems.push(
      ...repeats(placement, `regions[${index}].placement`).map(
        ({ path, entry, firstPath }): Problem => ({
          code: 'repeated-placement',
          path,
          placement: entry,
          firstPath,
        }),
      ),
    );
    if (placement?.every((place) => LIMITED_PLACEMENTS.has(place))) {
      problems.push({ code: 'placement-limited', path: `regions[${index}].placement`, placement });
    }
  }
  return problems;
}

function problemsOfHint(
  hint: Hint,
  path: string,
  other: { hint: Hint; path: string } | undefined,
): Problem[] {
  const landsIn = LANDS_IN[hint];
  if (other !== undefined) {
    return [{ code: 'hint-alias', path, hint, otherHint: other.hint, otherPath: other.path, landsIn }];
  }
  // The halves of apac are part of it, so they do not land elsewhere.
  const landsElsewhere = landsIn !== hint && landsIn !== 'apac';
  return landsElsewhere ? [{ code: 'hint-lands-elsewhere', path, hint, landsIn }] : [];
}
