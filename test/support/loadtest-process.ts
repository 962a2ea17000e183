// `npm run loadtest` in a process of its own, with its report in the folder beside what it leaves.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandProcess, temporaryFolder } from './command-process.ts';

export class LoadtestProcess extends CommandProcess {
  /** The command. */
  static readonly CLI = fileURLToPath(new URL('../../loadtest/run/cli.ts', import.meta.url));

  /** Folder of the report. */
  readonly report: string;

  private constructor(folder: string, args: readonly string[]) {
    const report = join(folder, 'report');
    super(LoadtestProcess.CLI, folder, [...args, '--report', report]);
    this.report = report;
  }

  static async start(...args: readonly string[]): Promise<LoadtestProcess> {
    return new LoadtestProcess(await temporaryFolder(), args);
  }

  /** The report is meant to stay, and k6 has files of its own. */
  protected override isLeftover(name: string): boolean {
    return name.startsWith('meridian-');
  }
}
