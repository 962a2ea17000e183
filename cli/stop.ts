// `regions stop ID [--hold]`: stops a region's server at once. Without --hold that lasts until somebody needs it.

import { Command } from 'commander';
import { type ConfirmOptions, confirm } from './confirm.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { showDrain } from './drain.ts';
import { openClient } from './live.ts';
import { say } from './wrap.ts';

interface Options extends ConfirmOptions, ConnectionOptions {
  readonly hold?: true;
  readonly force?: true;
}

/** Makes the subcommand. */
export function stopCommand(): Command {
  return withConnection(new Command('stop'))
    .description('stop a region at once, which disconnects its clients; `drain` moves them first')
    .argument('<id>', 'id of the region, such as weur')
    .option('--hold', 'keep it stopped: it is drained as well, until `regions undrain`')
    .option('--force', 'even if no region would serve anybody, or streams of JetStream are lost')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--json', 'print the result as JSON')
    .action(async (id: string, options: Options) => {
      const client = await openClient(options);
      const { hold, force, json } = options;
      const base = hold && (await showDrain(client, id, true, options)).base;
      await confirm(`Stop ${id}, and disconnect its clients?`, options);
      if (base !== undefined) await client.operate(id, 'drain', { base, force });
      const result = await client.operate(id, 'stop', { force });
      if (json) return console.log(JSON.stringify(result, null, 2));
      const lasts = hold
        ? `It stays stopped until \`regions undrain ${id}\`.`
        : `The next client wakes it again, and so does the cron trigger, within a minute, if it is to stay awake; \`regions stop ${id} --hold\` keeps it stopped.`;
      say(`${id} is ${result.state}. ${lasts}`);
    });
}
