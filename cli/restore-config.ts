// `regions backup restore-config`: a new deployment takes the configuration, its history and the audit log of an earlier
// one from the bucket of backups.

import { Command } from 'commander';
import type { RestoredConfig } from '../api/config.ts';
import { positiveNumber } from './arguments.ts';
import { type ConfirmOptions, confirm, showBefore } from './confirm.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { changeLine } from './forecast-text.ts';
import { openClient } from './live.ts';
import { printable } from './printable.ts';
import { versionText } from './version-text.ts';
import { say } from './wrap.ts';

interface Options extends ConnectionOptions, ConfirmOptions {
  readonly version?: number;
  readonly store?: string;
  readonly message?: string;
  readonly force?: true;
  readonly dryRun?: true;
}

/** Makes the subcommand. */
export function restoreConfigCommand(): Command {
  return withConnection(new Command('restore-config'))
    .description(
      'take the configuration of an earlier deployment from the backup, after showing what would change',
    )
    .option('--version <n>', 'this version of it instead of the newest', positiveNumber)
    .option('--store <name>', 'of this earlier deployment; default: that which has the newest version')
    .option('-m, --message <text>', 'why, for the history')
    .option('--dry-run', 'only show what would be restored')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--force', 'even if this deployment has versions of its own, or if no region would serve anybody')
    .option('--json', 'print changes, forecast and result as JSON')
    .action(async (options: Options) => {
      const client = await openClient(options);
      const { version: base } = await client.config();
      const { version, store, message, force = false } = options;
      const body = {
        base,
        force,
        ...(version !== undefined && { version }),
        ...(store !== undefined && { store }),
        ...(message !== undefined && { message }),
      };
      const plan = await client.restoreConfig({ ...body, dryRun: true });
      const forecast = await client.dryRun(plan.config);
      if (!options.json) say(planText(plan));
      if (options.dryRun) {
        if (options.json) console.log(JSON.stringify({ plan, ...forecast, result: null }, null, 2));
        else showBefore(forecast, options);
        return;
      }
      showBefore(forecast, options);
      await confirm(`Restore it as version ${plan.version}?`, options);
      // Whatever was written to the bucket since: what is restored is what was shown.
      const { from } = plan;
      const result = await client.restoreConfig({ ...body, version: from.version, store: from.store });
      if (options.json) console.log(JSON.stringify({ plan, ...forecast, result }, null, 2));
      else say(`Done: ${versionText(result)}.`);
    });
}

function planText({ from, version, history, notTaken }: RestoredConfig): string {
  const lines = [
    `In the backup of ${printable(from.store)}: ${versionText(from)}`,
    `It becomes version ${version}. With it come back: ${history.versions} versions, ${history.entries} entries of the audit log.`,
  ];
  if (history.breaks > 0)
    lines.push(
      `WARNING: ${history.breaks} of these entries are not as they were written, or not after the one that they followed: somebody has changed the log in the bucket. It comes back as it is; \`regions audit --verify\` then names them.`,
    );
  if (notTaken.length > 0)
    lines.push('Platform settings of the backup that differ from what is deployed, which stays:');
  return [...lines, ...notTaken.map(changeLine), ''].join('\n');
}
