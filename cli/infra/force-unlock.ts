// `infra force-unlock ID`: takes away a lock that somebody left behind. Shown first whose it is: an apply that still runs would
// then run beside the next one.

import { Command } from 'commander';
import { confirm } from '../confirm.ts';
import { CommandError, EXIT } from '../exit.ts';
import { say } from '../wrap.ts';
import { bucketWithHistory } from './history-command.ts';
import { LOCK_KEY, lockWords, readLockText } from './lock-text.ts';
import { checkInitialized, checkRun, openSession, runIn } from './session.ts';
import { type InfraOptions, settingsOf, withInfra } from './settings.ts';

interface Options extends InfraOptions {
  readonly yes?: true;
  readonly json?: true;
}

export function forceUnlockCommand(): Command {
  return withInfra(new Command('force-unlock'))
    .description('take away a lock that was left behind, once nothing of it runs any more')
    .argument('<id>', 'of the lock, as `doctor` shows it')
    .option('--yes', 'do not ask')
    .option('--json', 'print what was done as JSON')
    .action(async (id: string, { yes, json, ...options }: Options) => {
      const settings = settingsOf(options, process.env);
      const bucket = await bucketWithHistory(settings);
      const bytes = await bucket.read(LOCK_KEY);
      const lock = bytes && readLockText(new TextDecoder().decode(bytes));
      if (bytes !== undefined && lock === undefined)
        throw new CommandError(
          EXIT.refused,
          `${LOCK_KEY} is there, and no lock of OpenTofu's, which would not take it away: find out who wrote it, then npx wrangler r2 object delete ${bucket.name}/${LOCK_KEY} --remote.`,
          { details: { code: 'lock_broken' } },
        );
      if (lock === undefined)
        throw new CommandError(EXIT.refused, 'Nobody holds the state: there is no lock to take away.', {
          details: { code: 'not_locked' },
        });
      if (lock.id !== id)
        throw new CommandError(
          EXIT.conflict,
          `The lock is another one by now. ${lockWords(lock, Date.now())}`,
          {
            details: { code: 'other_lock', lock },
          },
        );
      const session = await openSession(settings, json);
      await checkInitialized(session);
      (json ? console.error : say)(lockWords(lock, Date.now()));
      await confirm('Take it away?', { ...(yes && { yes }) });
      const result = await runIn(session, ['force-unlock', '-force', id], { quiet: true });
      if (result.code !== 0) console.error(result.err.trim());
      checkRun(session, 'force-unlock', result);
      if (json) console.log(JSON.stringify({ unlocked: lock }, null, 2));
      else say('The lock is gone. Next: npm run infra -- plan.');
    });
}
