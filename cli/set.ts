// `regions set weur.dial=50 ... [--message TEXT]`: changes single fields of the live configuration.

import { Command } from 'commander';
import { applyAssignments } from '../regions/edits/set.ts';
import { describeProblem } from '../regions/problems.ts';
import { checkMessage } from './confirm.ts';
import type { ConnectionOptions } from './connection.ts';
import { withConnection } from './connection.ts';
import { CommandError, EXIT } from './exit.ts';
import { openClient } from './live.ts';
import { type PublishOptions, publish } from './publish.ts';

/** Makes the subcommand. */
export function setCommand(): Command {
  return withConnection(new Command('set'))
    .description('change fields of the live configuration, after showing what would happen')
    .argument('<assignment...>', 'such as weur.dial=50 routing.bandMs=5 weur.residency.allow=DE,FR')
    .option('-m, --message <text>', 'why, for the history; asked for on a terminal if it is not given')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--force', 'even if no region would serve anybody')
    .option('--json', 'print changes, forecast and result as JSON')
    .addHelpText(
      'after',
      '\nSeparate the items of a list with commas. Nothing after the = restores the\ndefault.',
    )
    .action(async (assignments: string[], options: PublishOptions & ConnectionOptions) => {
      checkMessage(options);
      const client = await openClient(options);
      const { version, config } = await client.config();
      const edited = applyAssignments(config, assignments);
      if (!edited.ok) {
        const lines = edited.problems.map(describeProblem);
        const details = { code: 'invalid', problems: edited.problems };
        throw new CommandError(EXIT.refused, ['Nothing was changed:', ...lines].join('\n  '), { details });
      }
      await publish(client, { config: edited.config, base: version }, options);
    });
}
