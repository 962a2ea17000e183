// `sessions show NAME`: one session, with what its server says of itself.

import { Command } from 'commander';
import { formatTable } from '../../regions/table.ts';
import { bytesText } from '../backup-text.ts';
import { type ConnectionOptions, withConnection } from '../connection.ts';
import { openClient } from '../live.ts';
import { say } from '../wrap.ts';
import { sessionText } from './session-text.ts';

/** Makes the subcommand. */
export function showCommand(): Command {
  return withConnection(new Command('show'))
    .description('show a session: its address and token, its clients and messages')
    .argument('<name>', 'its name, or its id')
    .option('--json', 'print it as JSON')
    .action(async (name: string, { json, ...options }: ConnectionOptions & { readonly json?: true }) => {
      const client = await openClient(options);
      const session = await client.session(name);
      const { server } = await client.sessionStats(session.id);
      if (json) return console.log(JSON.stringify({ ...session, server }, null, 2));
      say(sessionText(session));
      if (server === null) return;
      const rows = [
        ['clients', String(server.clients)],
        ['messages', `${server.inMessages} in, ${server.outMessages} out`],
        ['bytes', `${bytesText(server.inBytes)} in, ${bytesText(server.outBytes)} out`],
        ['streams', String(server.streams)],
        ['memory', bytesText(server.memoryBytes)],
      ];
      say(formatTable(rows.map((row) => ['', ...row])));
    });
}
