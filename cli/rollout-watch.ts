// Watches a rollout until it is over or waits for somebody, with a progress bar.

import type { Rollout } from '../api/rollouts.ts';
import type { AdminClient } from './admin-client.ts';
import { CommandError, EXIT } from './exit.ts';
import { interruptible } from './interrupt.ts';
import { printable } from './printable.ts';
import { type ProgressOut, progressOn } from './progress.ts';
import { shareOf, stateText } from './rollout-text.ts';

/** An address may call 60 times a minute. */
const POLL_MS = 2_000;

export interface RolloutWatchOptions {
  readonly pollMs?: number;
  readonly out?: ProgressOut;
}

/** @returns it, done. @throws CommandError if it was aborted or is paused. At Ctrl-C it says that the rollout goes on. */
export function watchRollout(
  client: Pick<AdminClient, 'rollout'>,
  started: Rollout,
  { pollMs = POLL_MS, out = process.stderr }: RolloutWatchOptions = {},
): Promise<Rollout> {
  const progress = progressOn(out);
  const { id, name } = started;
  const watch = async (): Promise<Rollout> => {
    for (let rollout = started; ; rollout = await client.rollout(id)) {
      progress.show(lineOf(rollout), shareOf(rollout));
      if (rollout.state === 'done') return rollout;
      if (rollout.state === 'aborted' || rollout.state === 'paused') throw ended(rollout);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  };
  return interruptible(
    () => watch().finally(progress.end),
    () => {
      progress.end();
      out.write(
        `Rollout ${name} goes on: \`regions rollout status\` shows it, \`regions rollout abort\` ends it.\n`,
      );
    },
  );
}

/** Without what changes with each second, which elsewhere than on a terminal would be a line each. */
function lineOf(rollout: Rollout): string {
  const failing = rollout.verdicts.filter(({ outcome }) => outcome !== 'pass');
  const checks = failing.map(({ check, outcome }) => `${check} ${outcome}`).join(', ');
  const { step, steps, state, name } = rollout;
  const place = step < 0 ? `${state}` : `step ${step + 1} of ${steps.length}`;
  return printable(`${name}: ${place}${checks === '' ? '' : ` (${checks})`}`);
}

function ended(rollout: Rollout): CommandError {
  const { id, name, state, why } = rollout;
  const fix =
    state === 'paused' ? ' `regions rollout resume` goes on, `regions rollout abort` goes back.' : '';
  return new CommandError(
    EXIT.refused,
    `Rollout ${name} is ${stateText(rollout, Date.now())}.${fix}`.replace('is aborted', 'was aborted'),
    { details: { code: `rollout_${state}`, id, why } },
  );
}
