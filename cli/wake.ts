// `regions wake ID`: starts a region that sleeps. One that is drained or disabled is not woken: it would serve nobody.

import { Command } from 'commander';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { openClient } from './live.ts';
import { say } from './wrap.ts';

/** Makes the subcommand. */
export function wakeCommand(): Command {
  return withConnection(new Command('wake'))
    .description('start a region that sleeps; refused if it is drained or disabled')
    .argument('<id>', 'id of the region, such as weur')
    .option('--json', 'print the result as JSON')
    .action(async (id: string, options: ConnectionOptions & { readonly json?: true }) => {
      const client = await openClient(options);
      const result = await client.operate(id, 'wake');
      if (options.json) console.log(JSON.stringify(result, null, 2));
      else say(`${id} is ${result.state}.`);
    });
}
