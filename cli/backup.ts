// `regions backup ...`: what is in the bucket of backups.

import { Command } from 'commander';
import { restoreConfigCommand } from './restore-config.ts';

/** Makes the subcommand. */
export function backupCommand(): Command {
  return new Command('backup').description('the backups on R2').addCommand(restoreConfigCommand());
}
