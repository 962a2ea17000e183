// A problem of a configuration as the API shows it.

import { describeProblem, type Problem } from '../../regions/problems.ts';

export interface ProblemView {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export function problemView(problem: Problem): ProblemView {
  const { path, code } = problem;
  const words = describeProblem(problem);
  const prefix = `${path}: `;
  return { path, code, message: words.startsWith(prefix) ? words.slice(prefix.length) : words };
}
