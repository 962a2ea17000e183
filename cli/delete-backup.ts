// `regions backup delete`: removes the backup of a stream that is gone, after showing what goes.

import { Command } from 'commander';
import type { RemovalPlan } from '../api/backups.ts';
import { bytesText, instantText } from './backup-text.ts';
import { type ConfirmOptions, confirm } from './confirm.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { CommandError, EXIT } from './exit.ts';
import { openClient } from './live.ts';
import { printable } from './printable.ts';
import { say } from './wrap.ts';

interface Options extends ConnectionOptions, ConfirmOptions {
  readonly account: string;
  readonly dryRun?: true;
}

/** Makes the subcommand. @param defaultAccount that of those who connect without one */
export function deleteCommand(defaultAccount: string): Command {
  return withConnection(new Command('delete'))
    .argument('<stream>', 'name of the stream')
    .description('remove the backup of a stream that is gone, for good; of a stream that exists it stays')
    .option('--account <account>', 'account of the stream', defaultAccount)
    .option('--dry-run', 'only show what would be removed')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--json', 'print the result as JSON')
    .action(async (stream: string, options: Options) => {
      const { account, json, yes, dryRun } = options;
      const name = { account, stream };
      const client = await openClient(options);
      const plan = await client.planRemoval(name);
      if (json && dryRun) console.log(JSON.stringify(plan, null, 2));
      else if (!json) say(planText(plan));
      else if (!yes) console.error(planText(plan));
      if (plan.refused !== null) throw refused(plan, dryRun === true);
      if (dryRun) return;
      await confirm(`Remove the backup of ${printable(stream)} of ${printable(account)} for good?`, options);
      const removed = await client.removeBackup(name);
      if (json) return console.log(JSON.stringify(removed, null, 2));
      say(`Done: ${removed.objects} objects, ${bytesText(removed.size)}.`);
    });
}

function planText({ backup }: RemovalPlan): string {
  const { account, stream, messages, size, segments, epochs, lastAt, problems } = backup;
  const what = [
    `${count(messages)} messages`,
    `${bytesText(size)} in ${count(segments)} segments of ${count(epochs)} epochs`,
    `the last of ${instantText(lastAt)}`,
  ].join(', ');
  const found = problems.map((problem) => `\n  ${printable(problem)}`).join('');
  return `The backup of ${printable(stream)} of ${printable(account)}: ${what}.${found}`;
}

function count(value: number | null): string {
  return value === null ? '?' : String(value);
}

/** Like a refusal of the removal itself; for a dry run too, so that scripts see it. */
function refused({ backup: { account, stream }, refused }: RemovalPlan, isDryRun: boolean): CommandError {
  const start = isDryRun ? 'It would be refused' : 'Nothing was removed';
  return new CommandError(EXIT.refused, `${start}: ${printable(refused ?? '')}.`, {
    details: { code: 'backup_in_use', account, stream },
  });
}
