// `infra tofu ...`: any other command of OpenTofu's, with the same backend and the same secrets: `output`, `import`, `state`.

import { Command } from 'commander';
import { CommandError, EXIT } from '../exit.ts';
import { runProgramOf } from './run-program.ts';
import { checkInitialized, openSession } from './session.ts';
import { type InfraOptions, settingsOf, withInfra } from './settings.ts';

/** These have commands of their own here, which look first whether it is safe, and keep a copy. */
const OWN: ReadonlySet<string> = new Set(['init', 'plan', 'apply', 'destroy', 'force-unlock']);

export function tofuCommand(): Command {
  return withInfra(new Command('tofu'))
    .description('run another command of OpenTofu, such as `output` or `import`, on the same state')
    .argument('<arguments...>', 'for OpenTofu, after --')
    .action(async (args: readonly string[], options: InfraOptions) => {
      const [name = ''] = args;
      if (OWN.has(name))
        throw new CommandError(
          EXIT.usage,
          name === 'destroy'
            ? 'There is no destroy here: the buckets have what cannot be made again. Remove a resource from the files, then apply.'
            : `npm run infra -- ${name} does it.`,
        );
      const session = await openSession(settingsOf(options, process.env));
      await checkInitialized(session);
      const { program, env, settings } = session;
      const { code } = await runProgramOf({ program, env, folder: settings.folder, args, show: 'as-it-is' });
      process.exitCode = code;
    });
}
