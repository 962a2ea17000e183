// `infra plan`: what an apply would do. Nothing is changed.

import { Command } from 'commander';
import { checkInitialized, checkRun, openSession, runIn } from './session.ts';
import { type InfraOptions, settingsOf, withInfra } from './settings.ts';

/** Of `-detailed-exitcode`: something would change. */
const WOULD_CHANGE = 2;

export function planCommand(): Command {
  return withInfra(new Command('plan'))
    .description('show what an apply would do; nothing is changed')
    .option('--json', 'print whether anything would change as JSON')
    .action(async ({ json, ...options }: InfraOptions & { json?: true }) => {
      const session = await openSession(settingsOf(options, process.env), json);
      await checkInitialized(session);
      const result = await runIn(session, ['plan', '-input=false', '-detailed-exitcode']);
      const wouldChange = result.code === WOULD_CHANGE;
      checkRun(session, 'plan', wouldChange ? { ...result, code: 0 } : result);
      if (json) console.log(JSON.stringify({ wouldChange }, null, 2));
    });
}
