// What a command has once all is looked at: the program, its environment, and the bucket unless the state is in the folder.

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, EXIT } from '../exit.ts';
import { findProgram, type Program } from './program.ts';
import { type RunResult, runProgramOf } from './run-program.ts';
import { bucketAccessOf, checkFolder, type Environment, isLocal, type Settings } from './settings.ts';
import { StateBucket } from './state-bucket.ts';
import { toolEnvironment } from './tool-environment.ts';

/** As shells report Ctrl-C. */
const INTERRUPTED = 130;

export interface Session {
  readonly settings: Settings;
  readonly program: Program;
  readonly env: Environment;
  /** Undefined while the state is in the folder. */
  readonly bucket: StateBucket | undefined;
  readonly json: boolean;
}

/**
 * @param isInFolder whether the state is to be there; by default, where it is set up to be
 * @throws CommandError for whatever is missing
 */
export async function openSession(settings: Settings, json = false, isInFolder?: boolean): Promise<Session> {
  await checkFolder(settings);
  const bucketAccess = (isInFolder ?? (await isLocal(settings))) ? undefined : bucketAccessOf(settings);
  const bucket = bucketAccess === undefined ? undefined : new StateBucket(bucketAccess);
  const program = await findProgram(settings);
  const hasColours = process.stdout.isTTY === true && !settings.env.NO_COLOR;
  return { settings, program, env: toolEnvironment(settings, bucketAccess, hasColours), bucket, json };
}

/** @throws CommandError if `init` has not been run */
export async function checkInitialized({ settings: { folder } }: Session): Promise<void> {
  await access(join(folder, '.terraform')).catch(() => {
    throw new CommandError(EXIT.refused, 'Nothing is set up here yet: npm run infra -- init.', {
      details: { code: 'not_initialized' },
    });
  });
}

export interface ProgramOptions {
  readonly input?: string;
  /** Whether people see it. Default: yes. */
  readonly quiet?: true;
  /** More of the environment. */
  readonly more?: Environment;
}

export function runIn(
  { program, settings: { folder }, env, json }: Session,
  args: readonly string[],
  { input, quiet, more = {} }: ProgramOptions = {},
): Promise<RunResult> {
  return runProgramOf({
    program,
    folder,
    env: { ...env, ...more },
    args,
    ...(!quiet && { show: json ? 'to-stderr' : 'as-it-is' }),
    ...(input !== undefined && { input }),
  });
}

/** @throws CommandError if it failed, with what it is likely to mean */
export function checkRun({ program, settings: { bucket } }: Session, step: string, result: RunResult): void {
  if (result.interrupted) {
    // Whatever else ends the command.
    process.once('exit', () => {
      process.exitCode = INTERRUPTED;
    });
    throw new CommandError(EXIT.refused, `${step} was interrupted: ${program.name} has ended in order.`, {
      details: { code: 'interrupted' },
    });
  }
  if (result.code === 0) return;
  const { exitCode, code, words } = meaningOf(result, bucket);
  throw new CommandError(exitCode, `${step} failed: ${words}`, { details: { code, status: result.code } });
}

function meaningOf({ err, out, code: status }: RunResult, bucket: string) {
  const said = `${out}\n${err}`;
  if (/Error acquiring the state lock/.test(said))
    return {
      exitCode: EXIT.conflict,
      code: 'locked',
      words:
        'somebody else holds the state. Wait for them; npm run infra -- doctor says who it is, and how a lock that was left behind is taken away.',
    };
  if (/Saved plan is stale/.test(said))
    return {
      exitCode: EXIT.conflict,
      code: 'stale',
      words:
        'the state was changed after the plan was made, and nothing was done. Run it again, to see the new plan.',
    };
  if (/[Dd]ecrypt|encrypted state|passphrase/.test(said))
    return {
      exitCode: EXIT.notAuthorized,
      code: 'not_decrypted',
      words:
        'the state cannot be read. It is encrypted with another MERIDIAN_STATE_PASSPHRASE, or not encrypted at all (npm run infra -- migrate takes such a one over).',
    };
  if (
    /Backend (initialization|configuration)|Inconsistent dependency lock file|provider.*not (installed|available)/i.test(
      said,
    )
  )
    return {
      exitCode: EXIT.refused,
      code: 'not_initialized',
      words: `npm run infra -- init sets up what is missing. If the bucket is another one than before (now ${bucket}), give the one from before.`,
    };
  if (status === 137)
    return {
      exitCode: EXIT.refused,
      code: 'killed',
      words: 'it was killed, and may have left its lock: npm run infra -- doctor says whose it is.',
    };
  return { exitCode: EXIT.refused, code: 'failed', words: 'its message is above.' };
}
