// How many problems are told. A file of nonsense has one for every few of its bytes, and each tells in a sentence what
// to do about it: nobody reads the millionth, and an answer with all of them is hundreds of times as long as the file.

import { describeProblem, type Problem } from './problems.ts';

export const MOST_PROBLEMS = 100;

/** All texts together. The first problem is told in any case. */
export const MOST_TEXT_CHARS = 64 * 1024;

/** The first problems; where there are more, the last one says how many. */
export function capProblems(problems: readonly Problem[]): Problem[] {
  const told: Problem[] = [];
  let chars = 0;
  for (const problem of problems) {
    chars += describeProblem(problem).length;
    if (told.length === MOST_PROBLEMS || (told.length > 0 && chars > MOST_TEXT_CHARS)) break;
    told.push(problem);
  }
  const count = problems.length - told.length;
  return count === 0 ? told : [...told, { code: 'more-problems', path: '', count }];
}
