// `regions state cut-over` and `roll-back`: the writes go from a store to its copy, and back.

import { Command } from 'commander';
import { cutOver } from '../../state/cut-over.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit.ts';
import { progressOn } from '../progress.ts';
import { say } from '../wrap.ts';
import { comparisonText } from './comparison-text.ts';
import { onTwo, type TwoStores, withTwoStores } from './stores.ts';
import { comparing } from './verify.ts';

interface Options extends TwoStores {
  readonly finish?: true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** Makes the subcommand. */
export function cutOverCommand(): Command {
  return command(
    'cut-over',
    'the new store takes the writes, and the old one refuses them; refused while they differ',
    ({ from, to }) => ({ from, to }),
  );
}

/** Makes the subcommand, with the same options as the cut-over that it takes back. */
export function rollBackCommand(): Command {
  return command(
    'roll-back',
    'the opposite of a cut-over with the same options: the old store takes the writes again',
    ({ from, to }) => ({ from: to, to: from }),
  );
}

function command(name: string, description: string, direction: (stores: TwoStores) => TwoStores): Command {
  return withTwoStores(new Command(name))
    .description(description)
    .option('--finish', 'also while they differ: first refuse writes, then carry what is left')
    .option('--dry-run', 'only compare, and say whether it could be done')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--json', 'print the outcome as JSON')
    .action(async (options: Options) => {
      const { finish = false, dryRun = false, json } = options;
      const { from, to } = direction(options);
      if (!dryRun) await confirm(`Move the writes from ${from} to ${to}?`, options);
      await onTwo({ from: options.from, to: options.to }, async (old, copy) => {
        const stores = name === 'cut-over' ? { from: old, to: copy } : { from: copy, to: old };
        const progress = progressOn(process.stderr);
        const result = await cutOver(stores.from, stores.to, {
          finish,
          dryRun,
          onProgress: comparing(progress),
        });
        progress.end();
        if (json) {
          console.log(JSON.stringify({ from: stores.from.name, to: stores.to.name, ...result }, null, 2));
        } else {
          if (result.outcome !== 'already') say(comparisonText(result.comparison));
          say(textOf(result.outcome, { from, to }));
        }
        if (result.outcome === 'refused') process.exitCode = EXIT.refused;
      });
    });
}

function textOf(outcome: 'done' | 'would-do' | 'already' | 'refused', { from, to }: TwoStores): string {
  switch (outcome) {
    case 'done':
      return `Done: ${to} takes the writes, and ${from} refuses them.`;
    case 'would-do':
      return `${to} could take the writes now. Nothing was changed.`;
    case 'already':
      return `${to} takes the writes already. Nothing was changed.`;
    case 'refused':
      return `Not done: they differ, and ${from} still takes the writes. \`state mirror --from ${from} --to ${to}\` carries what is missing; --finish does so while writes are refused.`;
  }
}
