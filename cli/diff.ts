// `regions diff [FILE]`: what `apply` would change, and which clients would move.

import { Command } from 'commander';
import { needsDeploy } from './admin-client.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { dryRunText } from './forecast-text.ts';
import { openClient } from './live.ts';
import { loadConfig, REGIONS_FILE } from './regions-file.ts';
import { say } from './wrap.ts';

/** Makes the subcommand. */
export function diffCommand(): Command {
  return withConnection(new Command('diff'))
    .description('compare the live configuration with a file: the changes, and who would move')
    .argument('[file]', 'the file to compare with', REGIONS_FILE)
    .option('--json', 'print changes, warnings and forecast as JSON')
    .action(async (file: string, options: ConnectionOptions & { json?: true }, command: Command) => {
      const config = await loadConfig(command, file);
      const dryRun = await (await openClient(options)).dryRun(config);
      if (options.json) return console.log(JSON.stringify(dryRun, null, 2));
      if (dryRun.changes.length === 0) {
        return say(`No difference to the live configuration, version ${dryRun.base}.`);
      }
      say(dryRunText(dryRun));
      if (dryRun.needsDeploy.length > 0)
        say(`\n${needsDeploy(dryRun.needsDeploy, 'Not possible as a live edit')}`);
    });
}
