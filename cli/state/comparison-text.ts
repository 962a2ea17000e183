// A comparison of two stores, for people.

import { type Comparison, differences } from '../../state/compare.ts';

/** Of each kind; more are counted. */
const MAX_SHOWN = 10;

export function comparisonText(comparison: Comparison): string {
  const { same, differ, missing, extra } = comparison;
  const all = differences(comparison);
  const head = `${same} of ${same + all} keys are the same in both stores.`;
  const lines = [
    ...linesOf(differ, 'another value in each'),
    ...linesOf(missing, 'only in the old store'),
    ...linesOf(extra, 'only in the new store: delete it there, or write it to the old one'),
  ];
  return [head, ...lines].join('\n');
}

function linesOf(keys: readonly string[], what: string): readonly string[] {
  const shown = keys.slice(0, MAX_SHOWN).map((key) => `  ${key}  ${what}`);
  return keys.length > MAX_SHOWN ? [...shown, `  and ${keys.length - MAX_SHOWN} more  ${what}`] : shown;
}
