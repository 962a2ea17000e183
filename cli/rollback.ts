// `regions rollback N`: stores the configuration of an earlier version as a new version.

import { Command } from 'commander';
import { wholeNumber } from './arguments.ts';
import { confirm, showBefore } from './confirm.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { openClient } from './live.ts';
import { type PublishOptions, report } from './publish.ts';

type Options = PublishOptions & ConnectionOptions;

/** Makes the subcommand. */
export function rollbackCommand(): Command {
  return withConnection(new Command('rollback'))
    .description('go back to an earlier version, which becomes a new one, after showing what would change')
    .argument('<version>', 'its number; see `regions history`', wholeNumber)
    .option('-m, --message <text>', 'why, for the history')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--force', 'even if no region would serve anybody')
    .option('--json', 'print changes, forecast and result as JSON')
    .action(async (version: number, options: Options) => {
      const client = await openClient(options);
      const { version: base } = await client.config();
      const old = await client.configOf(version);
      const dryRun = old === undefined ? undefined : await client.dryRun(old.config);
      if (dryRun?.changes.length === 0) return report(options, { ...dryRun, result: null });
      if (dryRun !== undefined) showBefore(dryRun, options);
      else console.error(`The edge does not show version ${version}, so there is no forecast.`);
      await confirm(`Go back to version ${version}?`, options);
      const { message, force = false } = options;
      const result = await client.rollback({
        version,
        base,
        force,
        ...(message !== undefined && { message }),
      });
      report(options, { ...dryRun, result });
    });
}
