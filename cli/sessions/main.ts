// `npm run sessions -- ...`: makes, shows and ends sessions, servers of one's own. Wires the subcommands, each of which has
// its own file here.

import { Command } from 'commander';
import { EXIT_CODES_HELP } from '../exit.ts';
import { runProgram } from '../program.ts';
import { connectCommand } from './connect.ts';
import { createCommand } from './create.ts';
import { deleteCommand } from './delete.ts';
import { listCommand } from './list.ts';
import { showCommand } from './show.ts';

const program = new Command('sessions')
  .usage('<command> [options]')
  .description("Sessions of Meridian: nats-servers of one's own, for a test run, a pull request, a tenant.")
  .addHelpText(
    'after',
    `
A session is named by who makes it, and ends when its time is over:
  $ npm run sessions -- create pr-123 --ttl 2h
  $ npm run sessions -- connect pr-123 -- printenv NATS_URL
  $ npm run sessions -- delete pr-123
Sessions are off until \`sessions.madeBy\` of the configuration says who may make them.

The edge is --url or MERIDIAN_URL, else the local stack that runs, whatever its port. The token is
MERIDIAN_TOKEN or --token (which other users of the machine can see), else the one that the local
stack left.
${EXIT_CODES_HELP}`,
  );

await runProgram(program, [createCommand(), listCommand(), showCommand(), connectCommand(), deleteCommand()]);
