// A problem with a configuration, as the API shows it.

import type { ProblemView } from '../../api/config.ts';
import { describeProblem, type Problem } from '../../regions/problems.ts';

export function problemView(problem: Problem): ProblemView {
  const { path, code } = problem;
  const words = describeProblem(problem);
  const prefix = `${path}: `;
  return { path, code, message: words.startsWith(prefix) ? words.slice(prefix.length) : words };
}
