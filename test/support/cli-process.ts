// `npm start` in a process of its own.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandProcess } from './command-process.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

export class CliProcess extends CommandProcess {
  /** @param where its temporary folder; with it, another checkout to run */
  constructor(
    where: string | { readonly folder: string; readonly project: string },
    ...args: readonly string[]
  ) {
    const { folder, project } = typeof where === 'string' ? { folder: where, project: PROJECT } : where;
    super(join(project, 'local/start.mjs'), folder, args);
  }
}
