// `npm run secrets -- ...`: changes the secrets of the edge without a moment in which nobody gets in. Wires the subcommands,
// each of which has its own file here.

import { Command } from 'commander';
import { EXIT_CODES_HELP } from '../exit.ts';
import { runProgram } from '../program.ts';
import { finishCommand } from './finish.ts';
import { rotateCommand } from './rotate.ts';
import { statusCommand } from './status.ts';

const program = new Command('secrets')
  .usage('<command> [options]')
  .description(
    'Secrets of Meridian: how old they are, who uses them, and how each is changed with nobody locked out.',
  )
  .addHelpText(
    'after',
    `
Two values are valid at a time, so clients change from one to the other one by one:
  $ npm run secrets -- rotate NATS_TOKEN --out new.env
  $ npm run regions -- restart     servers take what they were started with
    (give the new one to all clients)
  $ npm run secrets -- status      who still uses the old one
  $ npm run secrets -- finish NATS_TOKEN
  $ npm run regions -- restart
Those of a deployment are changed by wrangler, which must be signed in; those of a
local stack by the stack. docs/security.md says what each is.

The edge is --url or MERIDIAN_URL, else the local stack that runs, whatever its
port. The token is MERIDIAN_TOKEN or --token (which other users of the machine
can see), else the one that the local stack left.
${EXIT_CODES_HELP}`,
  );

await runProgram(program, [statusCommand(), rotateCommand(), finishCommand()]);
