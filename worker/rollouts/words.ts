// Why the store refuses a step, in words. Pure.

import type { Problem } from '../../regions/problems.ts';
import { describeProblem } from '../../regions/problems.ts';
import type { EditOutcome } from '../config/store-calls.ts';

type Refusal = Exclude<EditOutcome, { kind: 'stored' | 'conflict' }> | { readonly kind: 'conflict' };

export function refusalWords(refusal: Refusal): string {
  switch (refusal.kind) {
    case 'invalid':
      return problemWords(refusal.problems);
    case 'needs_deploy':
      return `it needs a deploy: ${refusal.changes.map(({ path }) => path).join(', ')}`;
    case 'last_region':
      return 'no region would serve anybody';
    case 'leaves':
      return `streams need ${refusal.regions.join(', ')}`;
    case 'jetstream_behind':
      return `streams could be lost: ${refusal.reason}`;
    case 'no_such_version':
      return 'there is no such version';
    case 'conflict':
      return 'somebody else edits too';
  }
}

export function problemWords(problems: readonly Problem[]): string {
  return problems.map((problem) => describeProblem(problem)).join(' ');
}
