// Watches a rollout until it is over or waits for somebody, with a progress bar.

import type { Rollout } from '../api/rollouts.ts';
import type { AdminClient } from './admin-client.ts';
import { CommandError, EXIT } from './exit.ts';
import { printable } from './printable.ts';
import { shareOf, stateText } from './rollout-text.ts';
import { type WatchOptions, watchUntilOver } from './watch-until-over.ts';

/** @returns it, done. @throws CommandError if it was aborted or is paused. At Ctrl-C it says that the rollout goes on. */
export function watchRollout(
  client: Pick<AdminClient, 'rollout'>,
  started: Rollout,
  options: WatchOptions = {},
): Promise<Rollout> {
  const { id, name } = started;
  const isOver = (rollout: Rollout) => {
    if (rollout.state === 'aborted' || rollout.state === 'paused') throw ended(rollout);
    return rollout.state === 'done';
  };
  const goesOn = `Rollout ${name} goes on: \`regions rollout status\` shows it, \`regions rollout abort\` ends it.`;
  return watchUntilOver(
    { started, look: () => client.rollout(id), words: lineOf, share: shareOf, isOver, goesOn },
    options,
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
