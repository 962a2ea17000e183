// `regions apply FILE [--message TEXT]`: makes a file the live configuration.

import { Command } from 'commander';
import { checkMessage } from './confirm.ts';
import type { ConnectionOptions } from './connection.ts';
import { withConnection } from './connection.ts';
import { openClient } from './live.ts';
import { type PublishOptions, publish } from './publish.ts';
import { loadConfig } from './regions-file.ts';

/** Makes the subcommand. */
export function applyCommand(): Command {
  return withConnection(new Command('apply'))
    .description('make a file the live configuration, after showing what would change')
    .argument('<file>', 'the configuration, such as regions/regions.json')
    .option('-m, --message <text>', 'why, for the history; asked for on a terminal if it is not given')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--force', 'even if no region would serve anybody')
    .option('--json', 'print changes, forecast and result as JSON')
    .action(async (file: string, options: PublishOptions & ConnectionOptions, command: Command) => {
      checkMessage(options);
      const config = await loadConfig(command, file);
      await publish(await openClient(options), { config }, options);
    });
}
