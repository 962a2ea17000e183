// `secrets finish NAME`: takes the old value away once nobody uses it any more. What follows it stays where it is.

import { Command } from 'commander';
import type { RotatedSecret } from '../../api/rotated-secrets.ts';
import type { Secrets, SecretValue } from '../../api/secrets.ts';
import type { AdminClient } from '../admin-client.ts';
import { wholeNumber } from '../arguments.ts';
import { type ConfirmOptions, confirm } from '../confirm.ts';
import { type ConnectionOptions, withConnection } from '../connection.ts';
import { CommandError, EXIT } from '../exit.ts';
import { interruptible } from '../interrupt.ts';
import { openClient } from '../live.ts';
import { printable } from '../printable.ts';
import { say } from '../wrap.ts';
import { applySecrets, targetOf, targetText, untilServed } from './apply.ts';
import { nameOf, rotatedSecret, secretIn } from './find-secret.ts';
import { checkUnchanged, ending } from './rotation.ts';

/** Whoever connects once an hour, such as a job, is seen. */
const IDLE_MINUTES = 60;
const MINUTE_MS = 60_000;

interface Options extends ConnectionOptions, ConfirmOptions {
  readonly old?: string;
  readonly idle: number;
  readonly env?: string;
  readonly worker?: string;
  readonly force?: true;
  readonly dryRun?: true;
}

/** Makes the subcommand. */
export function finishCommand(): Command {
  return withConnection(new Command('finish'))
    .description(
      'take the old value away: refused while somebody uses it, or a server does not take the new one',
    )
    .argument('<name>', 'such as NATS_TOKEN or MERIDIAN_ADMIN_TOKEN')
    .option('--old <secret>', 'which of the two goes (default: the older one)')
    .option('--idle <minutes>', 'whoever used it within this time still uses it', wholeNumber, IDLE_MINUTES)
    .option('--env <name>', 'for wrangler: an environment of wrangler.toml')
    .option(
      '--worker <name>',
      "for wrangler: wrangler.toml's Worker, where the edge's address is no route of it",
    )
    .option('--force', 'even if somebody still uses it')
    .option('--dry-run', 'only show what would go, and who still uses it (exit code 1 if somebody does)')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--json', 'print what went as JSON')
    .action(async (asked: string, options: Options) => {
      const rotated = rotatedSecret(asked);
      const client = await openClient(options);
      const endingOf = (found: Secrets) =>
        ending(found, rotated, options.old, { now: Date.now(), idleMs: options.idle * MINUTE_MS });
      const found = await client.secrets();
      const { old, stays, problems } = endingOf(found);
      const target = await targetOf(client, options);
      if (target.kind === 'stack' && old.secrets.includes('MERIDIAN_ADMIN_TOKEN')) throw stacksOwn();
      const plan = {
        secret: rotated.name,
        removed: old.secrets,
        stays: stays.secrets,
        at: targetText(target),
        problems,
      };
      const planText = `${old.secrets.join(' and ')} ${old.secrets.length === 1 ? 'goes' : 'go'} from ${plan.at}; ${nameOf(stays)} stays.`;
      if (options.json && options.dryRun) console.log(JSON.stringify(plan, null, 2));
      else console.error(printable(planText));
      if (problems.length > 0 && !options.force) throw inUse(old, problems);
      if (options.dryRun) return;
      for (const problem of problems) console.error(printable(`All the same: ${problem}.`));
      await confirm('Take it away?', options);
      // Whoever was asked may have taken a while to answer.
      const now = await client.secrets();
      checkUnchanged(found, now, rotated);
      const late = endingOf(now).problems;
      if (late.length > 0 && !options.force) throw inUse(old, late);
      const goes = Object.fromEntries(old.secrets.map((name) => [name, null]));
      await interruptible(
        async () => {
          await applySecrets(target, goes, old.secrets);
          await untilGone(client, rotated, old);
        },
        () => console.error(`${nameOf(old)} may be gone already: \`secrets status\` says whether it is.`),
      );
      if (options.json) console.log(JSON.stringify(plan, null, 2));
      else say(doneText(rotated.name, old));
    });
}

async function untilGone(client: AdminClient, rotated: RotatedSecret, old: SecretValue): Promise<void> {
  await untilServed(client, (found) =>
    secretIn(found, rotated).values.every((value) => nameOf(value) !== nameOf(old)),
  );
}

function inUse(old: SecretValue, problems: readonly string[]): CommandError {
  const lines = problems.map((problem) => `\n  ${printable(problem)}`).join('');
  return new CommandError(
    EXIT.refused,
    `${nameOf(old)} cannot go yet, nothing was changed:${lines}\nWhen that is done, again; --force takes it away all the same.`,
    { details: { code: 'in_use', problems } },
  );
}

function stacksOwn(): CommandError {
  return new CommandError(
    EXIT.refused,
    'MERIDIAN_ADMIN_TOKEN of a local stack is its own, made anew at each start: it does not go. On a deployment it does.',
    { details: { code: 'stacks_own' } },
  );
}

function doneText(name: string, old: SecretValue): string {
  const restart = name.startsWith('NATS_')
    ? ' Servers that run take it until they are started again: `npm run regions -- restart`.'
    : '';
  return `${nameOf(old)} is gone.${restart}`;
}
