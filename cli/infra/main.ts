// `npm run infra -- ...`: OpenTofu on the files of infra/, with its state in R2. Wires the subcommands, each of which has its own
// file here.

import { Command } from 'commander';
import { EXIT_CODES_HELP } from '../exit.ts';
import { runProgram } from '../program.ts';
import { applyCommand } from './apply.ts';
import { doctorCommand } from './doctor.ts';
import { forceUnlockCommand } from './force-unlock.ts';
import { historyCommand } from './history-command.ts';
import { initCommand } from './init.ts';
import { migrateCommand } from './migrate.ts';
import { planCommand } from './plan.ts';
import { restoreCommand } from './restore.ts';
import { tofuCommand } from './tofu-command.ts';

const program = new Command('npm run infra --')
  .usage('<command> [options]')
  .description('Buckets, DNS, Access and tokens of a deployment, by OpenTofu, with the state in R2.')
  .addHelpText(
    'after',
    `
The first time, before there is a bucket:
  $ npm run infra -- init --local
  $ npm run infra -- apply
  $ npm run infra -- migrate --to r2
From then on:
  $ npm run infra -- doctor
  $ npm run infra -- apply

Secrets come from the environment: MERIDIAN_STATE_PASSPHRASE, R2_ACCESS_KEY_ID,
R2_SECRET_ACCESS_KEY, CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID
(docs/infrastructure.md). OpenTofu is TOFU, what is on PATH, or built once.
${EXIT_CODES_HELP}`,
  );

await runProgram(program, [
  initCommand(),
  planCommand(),
  applyCommand(),
  migrateCommand(),
  historyCommand(),
  restoreCommand(),
  doctorCommand(),
  forceUnlockCommand(),
  tofuCommand(),
]);
