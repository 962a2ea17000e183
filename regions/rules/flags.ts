// What a flag must be beyond its schema.

import type { Problem } from '../problems.ts';
import type { ConfigDraft } from './draft.ts';
import { repeats } from './repeated-entries.ts';

/** Reports values of no header; warns of entries that a flag names twice. */
export function checkFlags({ flags = {} }: ConfigDraft): Problem[] {
  return Object.entries(flags).flatMap(([name, flag]) => {
    const path = `flags.${name}`;
    const lists = [
      ['countries', flag.countries],
      ['colos', flag.colos],
      ['headerValues', flag.headerValues],
    ] as const;
    const twice = lists.flatMap(([field, entries]) =>
      repeats(entries, `${path}.${field}`).map((found): Problem => ({ code: 'repeated-entry', ...found })),
    );
    if (flag.headerValues === undefined || flag.header !== undefined) return twice;
    return [{ code: 'values-without-header', path: `${path}.headerValues` } satisfies Problem, ...twice];
  });
}
