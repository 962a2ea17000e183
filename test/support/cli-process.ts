// `npm start` in a process of its own.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandProcess } from './command-process.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

interface Where {
  readonly folder: string;
  readonly project?: string;
  readonly keep?: boolean;
}

export class CliProcess extends CommandProcess {
  /** @param where its temporary folder, which is kept if others use it too; with it, another checkout to run */
  constructor(where: string | Where, ...args: readonly string[]) {
    const options = typeof where === 'string' ? { folder: where } : where;
    const { folder, project = PROJECT, keep }: Where = options;
    super(join(project, 'local/cli.ts'), folder, args, { keep });
  }
}
