// The conditions under which the simulation's own tests learn, unless they are about others.

import type { LearningOptions } from '../../../tools/simulate/learning.ts';

export const CALM: LearningOptions = {
  seed: 1,
  noise: 0.2,
  runs: 5,
  outliers: 0,
  driftMs: 0,
  visitEveryMs: 30_000,
  asleep: 0,
};
