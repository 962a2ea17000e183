// `regions stream ...`: JetStream streams on their way from other servers into the mesh, or back.

import { Command } from 'commander';
import { cutOverCommand } from './cut-over.ts';

/** Makes the subcommand. */
export function streamCommand(): Command {
  return new Command('stream')
    .description('JetStream streams that are copied from one side of a migration to the other')
    .addCommand(cutOverCommand());
}
