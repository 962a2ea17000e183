// Whether k6 on this machine can generate what a script plans, by what k6 was measured to need (loadtest/lib/work.js): told
// before it is started, and refused where no machine of today could.

import { availableParallelism } from 'node:os';
import { LoadtestError } from './loadtest-error.ts';
import type { PlannedWork } from './requirements.ts';

/** A core may be so many times as fast as those that k6 was measured on, and no more. */
const FASTEST = 3;

export interface Generator {
  readonly cores: number;
  /** How many k6 share the run. */
  readonly runners: number;
}

/** What of a machine's k6 is too little for a scenario, and how many times it would have to be there. */
interface Excess {
  readonly times: number;
  readonly words: string;
}

/**
 * @param work of each scenario: of several some may go through
 * @returns what the user should know, a sentence each
 * @throws LoadtestError when none of the scenarios can work
 */
export function judgeGenerator(
  work: readonly PlannedWork[],
  { runners, cores = availableParallelism() }: Partial<Generator> & Pick<Generator, 'runners'>,
): readonly string[] {
  const excesses = work.map((each) => excessOf(each, { cores, runners }));
  const least = excesses.toSorted((a, b) => a.times - b.times)[0];
  if (least !== undefined && least.times > FASTEST) throw new LoadtestError(`${least.words} ${FIX}`);
  const beyond = excesses.filter(({ times }) => times > 1);
  const worst = beyond.toSorted((a, b) => b.times - a.times)[0];
  if (worst === undefined) return [];
  const which =
    work.length === 1 ? '' : `${beyond.length} of ${work.length} steps are more than k6 can generate here: `;
  return [`${which}${worst.words} ${FIX}`];
}

const FIX =
  'Then it is this machine that is measured. Take a lower rate, more users (CLIENTS, PAIRS, STREAMS), or share the run: plan --runners.';

function excessOf({ cores, users }: PlannedWork, { cores: there, runners }: Generator): Excess {
  const here = cores / runners;
  const perUser = cores / users;
  if (perUser >= here / there)
    return {
      times: perUser,
      words: `${users === 1 ? 'the one user' : `each of the ${users} users`} of k6 would need ${times(perUser)} the CPU that it has, which is one thread.`,
    };
  return {
    times: here / there,
    words: `k6 would need ${times(here / there)} the CPU of this machine, which has ${there} ${there === 1 ? 'core' : 'cores'}.`,
  };
}

function times(factor: number): string {
  return `${factor.toFixed(1)} times`;
}
