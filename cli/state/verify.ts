// `regions state verify`: whether two stores hold the same.

import { Command } from 'commander';
import { compare, differences } from '../../state/compare.ts';
import { readRole } from '../../state/role.ts';
import { EXIT } from '../exit.ts';
import { progressOn } from '../progress.ts';
import { say } from '../wrap.ts';
import { comparisonText } from './comparison-text.ts';
import { onTwo, type TwoStores, withTwoStores } from './stores.ts';

/** Makes the subcommand. */
export function verifyCommand(): Command {
  return withTwoStores(new Command('verify'))
    .description('compare two stores, value by value; changes nothing, and ends with 1 if they differ')
    .option('--json', 'print the comparison as JSON')
    .action(({ json, ...options }: TwoStores & { readonly json?: true }) =>
      onTwo(options, async (from, to) => {
        const progress = progressOn(process.stderr);
        const comparison = await compare(from, to, comparing(progress));
        progress.end();
        const roles = { from: (await readRole(from)).role ?? null, to: (await readRole(to)).role ?? null };
        if (json) {
          console.log(JSON.stringify({ from: from.name, to: to.name, roles, ...comparison }, null, 2));
        } else {
          say(comparisonText(comparison));
          const taking = [from, to].filter((_, n) => [roles.from, roles.to][n]?.role !== 'standby');
          say(`Writes are taken by ${taking.map(({ name }) => name).join(' and ') || 'neither'}.`);
        }
        if (differences(comparison) > 0) process.exitCode = EXIT.refused;
      }),
    );
}

/** Shows how far a comparison is, on a terminal; elsewhere each key would be a line. */
export function comparing(progress: ReturnType<typeof progressOn>): (done: number, all: number) => void {
  return (done, all) => {
    if (process.stderr.isTTY) progress.show(`${done} of ${all} keys`, done / all);
  };
}
