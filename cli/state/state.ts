// `regions state ...`: state outside of the edge, in R2, in a JetStream KV or in a folder, and its way from one to another.

import { Command } from 'commander';
import { cutOverCommand, rollBackCommand } from './cut-over.ts';
import { mirrorCommand } from './mirror.ts';
import { roleCommand } from './role.ts';
import { saveCommand } from './save.ts';
import { getCommand, listCommand, putCommand } from './values.ts';
import { verifyCommand } from './verify.ts';

/** Makes the subcommand. */
export function stateCommand(): Command {
  const command = new Command('state').description(
    'state in R2, in a JetStream KV or in a folder: save, mirror, verify, cut over',
  );
  for (const subcommand of [
    saveCommand(),
    listCommand(),
    getCommand(),
    putCommand(),
    mirrorCommand(),
    verifyCommand(),
    cutOverCommand(),
    rollBackCommand(),
    roleCommand(),
  ])
    command.addCommand(subcommand);
  return command;
}
