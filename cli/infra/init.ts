// `infra init`: fetches the provider and says where the state is: in the bucket, or, with --local, in the folder until there is
// a bucket.

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { CommandError, EXIT } from '../exit.ts';
import { say } from '../wrap.ts';
import { checkRun, openSession, runIn, type Session } from './session.ts';
import {
  bucketAccessOf,
  checkFolder,
  type InfraOptions,
  isLocal,
  LOCAL_BACKEND_FILE,
  type Settings,
  settingsOf,
  withInfra,
} from './settings.ts';
import { backendArguments } from './tool-environment.ts';

const LOCAL_BACKEND = `# The state is in this folder for now: npm run infra -- migrate --to r2 moves it.
terraform {
  backend "local" {
    path = "meridian.tfstate"
  }
}
`;

export function initCommand(): Command {
  return withInfra(new Command('init'))
    .description('set up this folder: the provider, and where the state is')
    .option('--local', 'keep the state in the folder, as long as there is no bucket for it')
    .option('--json', 'print what was done as JSON')
    .action(async ({ local, json, ...options }: InfraOptions & { local?: true; json?: true }) => {
      const settings = settingsOf(options, process.env);
      await checkFolder(settings);
      const wasLocal = await isLocal(settings);
      if (local) await useFolder(settings);
      try {
        const session = await openSession(settings, json);
        checkRun(session, 'init', await initialize(session));
      } catch (error) {
        if (local && !wasLocal) await useBucket(settings);
        throw error;
      }
      const isInFolder = await isLocal(settings);
      if (json)
        console.log(
          JSON.stringify({ state: isInFolder ? 'folder' : 'bucket', bucket: settings.bucket }, null, 2),
        );
      else
        say(
          isInFolder
            ? 'The state is in this folder: npm run infra -- apply makes the bucket, migrate --to r2 moves the state there.'
            : `The state is in the bucket ${settings.bucket}. Next: npm run infra -- doctor, then plan.`,
        );
    });
}

/** From now on the state is in the folder. What is there already is not moved. */
export function useFolder({ folder }: Settings): Promise<void> {
  return writeFile(join(folder, LOCAL_BACKEND_FILE), LOCAL_BACKEND);
}

export function useBucket({ folder }: Settings): Promise<void> {
  return rm(join(folder, LOCAL_BACKEND_FILE), { force: true });
}

export async function initialize(session: Session, more: readonly string[] = [], environment = {}) {
  const isInFolder = await isLocal(session.settings);
  const backend = isInFolder ? [] : backendArguments(bucketAccessOf(session.settings));
  const result = await runIn(session, ['init', '-input=false', ...more, ...backend], { more: environment });
  if (/Backend configuration changed|migrate/i.test(result.err) && result.code !== 0 && more.length === 0)
    throw new CommandError(
      EXIT.refused,
      'The state is somewhere else than it is set up here: npm run infra -- migrate moves it. If only the bucket is misnamed, give the right one with --bucket or MERIDIAN_STATE_BUCKET.',
      { details: { code: 'backend_changed' } },
    );
  return result;
}
