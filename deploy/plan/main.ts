// `npm run plan`: what a changed regions.json would do, and whom it would move, for the comment on a pull request.

import { Command } from 'commander';
import { type ConnectionOptions, withConnection } from '../../cli/connection.ts';
import { EXIT_CODES_HELP } from '../../cli/exit.ts';
import { dryRunText } from '../../cli/forecast-text.ts';
import { openClient } from '../../cli/live.ts';
import { runProgram } from '../../cli/program.ts';
import { loadConfig, REGIONS_FILE } from '../../cli/regions-file.ts';
import { say } from '../../cli/wrap.ts';
import { planOf } from './plan-files.ts';
import { planMarkdown } from './plan-text.ts';

interface Options extends ConnectionOptions {
  readonly base?: string;
  readonly json?: true;
  readonly markdown?: true;
}

const program = withConnection(new Command('npm run plan --'))
  .usage('[options] [file]')
  .description('What a changed regions.json would do, and whom it would move. Nothing is changed.')
  .argument('[file]', 'the configuration that is planned', REGIONS_FILE)
  .option('--base <file>', 'compare with this file; no edge is asked (default: the live configuration)')
  .option('--markdown', 'print it as a comment on a pull request')
  .option('--json', 'print changes, warnings and forecast as JSON')
  .addHelpText(
    'after',
    `
$ git show main:regions/regions.json > /tmp/base.json
$ npm run plan -- --base /tmp/base.json
$ npm run plan -- --base /tmp/base.json --markdown
${EXIT_CODES_HELP}`,
  )
  .action(async (file: string, { base, json, markdown, ...connection }: Options, command: Command) => {
    const after = await loadConfig(command, file);
    const plan =
      base === undefined
        ? await (await openClient(connection)).dryRun(after)
        : planOf(await loadConfig(command, base), after, Date.now());
    const against = base === undefined ? `the live configuration, version ${plan.base}` : 'the base';
    if (json) console.log(JSON.stringify(plan, null, 2));
    else if (markdown) console.log(planMarkdown(plan, against));
    else if (plan.changes.length === 0) say(`No difference to ${against}.`);
    else say(dryRunText(plan));
  });
await runProgram(program, []);
