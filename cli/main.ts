// `npm run regions -- ...`: shows and checks the regions, writes what is generated from them, and changes them live.
// Wires the subcommands, each of which has its own file here.

import { Command } from 'commander';
import { applyCommand } from './apply.ts';
import { auditCommand } from './audit.ts';
import { backupCommand } from './backup.ts';
import { checkCommand } from './check.ts';
import { completionCommand } from './completion.ts';
import { contextCommand } from './context.ts';
import { diffCommand } from './diff.ts';
import { doctorCommand } from './doctor.ts';
import { drainCommand, undrainCommand } from './drain.ts';
import { EXIT_CODES_HELP } from './exit.ts';
import { historyCommand } from './history.ts';
import { inspectCommand } from './inspect.ts';
import { jetstreamCommand } from './jetstream.ts';
import { listCommand } from './list.ts';
import { meshCommand } from './mesh.ts';
import { runProgram } from './program.ts';
import { restartCommand } from './restart.ts';
import { rollbackCommand } from './rollback.ts';
import { rolloutCommand } from './rollout.ts';
import { routeCommand } from './route.ts';
import { scalingCommand } from './scaling.ts';
import { setCommand } from './set.ts';
import { showCommand } from './show.ts';
import { stateCommand } from './state/state.ts';
import { stopCommand } from './stop.ts';
import { streamCommand } from './stream/stream.ts';
import { syncCommand } from './sync.ts';
import { usageCommand } from './usage.ts';
import { wakeCommand } from './wake.ts';
import { watchCommand } from './watch.ts';

const SUBCOMMANDS = [
  listCommand(),
  showCommand(),
  checkCommand(),
  diffCommand(),
  applyCommand(),
  setCommand(),
  drainCommand(),
  undrainCommand(),
  wakeCommand(),
  stopCommand(),
  routeCommand(),
  meshCommand(),
  scalingCommand(),
  watchCommand(),
  restartCommand(),
  historyCommand(),
  rollbackCommand(),
  rolloutCommand(),
  auditCommand(),
  inspectCommand(),
  usageCommand(),
  jetstreamCommand(),
  backupCommand(),
  stateCommand(),
  streamCommand(),
  syncCommand(),
  doctorCommand(),
  contextCommand(),
  completionCommand(),
];

const program = new Command('regions')
  .usage('<command> [options]')
  .description('Regions of Meridian: regions/regions.json, what is generated from it, and the live edge.')
  .addHelpText(
    'after',
    `
Routing settings take effect without a deploy:
  $ npm run regions -- set apac.dial=50 --message "less of apac"
  $ npm run regions -- drain weur --wait
Platform settings (which regions there are, their placement, their size) need a
deploy: edit regions/regions.json (editors know its schema), then
  $ npm run regions -- check
  $ npm run regions -- sync
and commit regions.json with the files that sync wrote.

The edge is --url or MERIDIAN_URL, else the local stack that runs, whatever its
port. The token is MERIDIAN_TOKEN or --token (which other users of the machine
can see), else the one that the local stack left.
${EXIT_CODES_HELP}`,
  );
await runProgram(program, SUBCOMMANDS);
