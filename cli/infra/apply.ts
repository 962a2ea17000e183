// `infra apply`: looks whether it is safe, shows the plan, asks, and does what the plan says, no more. Before and after it a
// copy of the state is kept, also if it fails half-way.

import { join } from 'node:path';
import { Command } from 'commander';
import { confirm } from '../confirm.ts';
import { toItsEnd } from '../interrupt.ts';
import { say } from '../wrap.ts';
import { bucketFindings, checkFindings } from './inspect-state.ts';
import { type KeptState, keepCopy } from './keep-copy.ts';
import { checkInitialized, checkRun, openSession, runIn, type Session } from './session.ts';
import { type InfraOptions, settingsOf, withInfra } from './settings.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { tokenFindings } from './token-privilege.ts';

interface Options extends InfraOptions {
  readonly yes?: true;
  readonly json?: true;
}

/** Of `-detailed-exitcode`: something would change. */
const WOULD_CHANGE = 2;

export function applyCommand(): Command {
  return withInfra(new Command('apply'))
    .description('show the plan, ask, and do it; a copy of the state is kept before and after')
    .option('--yes', 'do not ask')
    .option('--json', 'print what was done as JSON')
    .action(async ({ yes, json, ...options }: Options) => {
      const settings = settingsOf(options, process.env);
      const session = await openSession(settings, json);
      await checkInitialized(session);
      await checkSafe(session);
      if (session.bucket !== undefined) await keepCopy(session.bucket);
      await using folder = await temporaryFolder();
      const plan = join(folder.path, 'plan');
      const planned = await runIn(session, ['plan', '-input=false', '-detailed-exitcode', `-out=${plan}`]);
      const wouldChange = planned.code === WOULD_CHANGE;
      checkRun(session, 'plan', wouldChange ? { ...planned, code: 0 } : planned);
      if (wouldChange) await confirm('Do this?', { ...(yes && { yes }) });
      const kept = wouldChange ? await carryOut(session, plan) : undefined;
      if (json)
        console.log(
          JSON.stringify(
            { changed: wouldChange, serial: kept?.serial ?? null, copy: kept?.copy.key ?? null },
            null,
            2,
          ),
        );
      else if (kept !== undefined) say(`State ${kept.serial} is kept as ${kept.copy.key}.`);
    });
}

async function checkSafe({ bucket, settings }: Session): Promise<void> {
  const ofBucket = bucket === undefined ? [] : await bucketFindings(bucket);
  checkFindings([...ofBucket, ...(await tokenFindings(settings.env))], 'Nothing was applied');
}

async function carryOut(session: Session, plan: string): Promise<KeptState | undefined> {
  const { result, kept } = await toItsEnd(async () => ({
    result: await runIn(session, ['apply', '-input=false', plan]),
    // What an apply has done before it failed is in the state too.
    kept: session.bucket && (await keepCopy(session.bucket)),
  }));
  checkRun(session, 'apply', result);
  return kept;
}
