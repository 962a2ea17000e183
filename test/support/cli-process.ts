// `npm start` in a process of its own.

import { fileURLToPath } from 'node:url';
import { CommandProcess } from './command-process.ts';

const CLI = fileURLToPath(new URL('../../local/cli.ts', import.meta.url));

export class CliProcess extends CommandProcess {
  /** @param folder its temporary folder */
  constructor(folder: string, ...args: readonly string[]) {
    super(CLI, folder, args);
  }
}
