// `regions history`: who changed what, newest first.

import { Command } from 'commander';
import type { HistoryEntry } from '../api/config.ts';
import { formatTable } from '../regions/table.ts';
import { positiveNumber } from './arguments.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { openClient } from './live.ts';
import { printable } from './printable.ts';
import { timeText } from './version-text.ts';
import { say } from './wrap.ts';

type Options = ConnectionOptions & { json?: true; before?: number; limit?: number };

/** Makes the subcommand. */
export function historyCommand(): Command {
  return withConnection(new Command('history'))
    .description('list the versions of the configuration, newest first')
    .option('--before <version>', 'only those before this one', positiveNumber)
    .option('--limit <n>', 'how many at most', positiveNumber)
    .option('--json', 'print them as JSON')
    .action(async ({ json, ...options }: Options) => {
      const history = await (await openClient(options)).history(options);
      if (json) return console.log(JSON.stringify(history, null, 2));
      say(formatTable([HEAD, ...history.versions.map(rowOf)]));
      if (history.next !== null) say(`For older ones: --before ${history.next}`);
    });
}

const HEAD = ['VERSION', 'TIME', 'AUTHOR', 'CHANGES', 'MESSAGE'];

function rowOf({ version, time, author, changes, message }: HistoryEntry): string[] {
  return [String(version), timeText(time), printable(author), String(changes), printable(message)];
}
