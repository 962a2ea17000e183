// `npm run loadtest` in a process of its own, with its report in the folder beside what it leaves.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../waiting/wait-for.ts';
import { CommandProcess, temporaryFolder } from './command-process.ts';

/** Killed processes are gone milliseconds after their killer has exited, on a busy machine after a second or two. */
const GONE_WITHIN_MS = 5_000;

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

  /** Waits until nothing of it is left: what it killed is gone a moment after it. */
  async leavesNothing(): Promise<void> {
    await waitFor(
      'nothing to be left',
      { timeoutMs: GONE_WITHIN_MS },
      async () => (await this.leftovers()).length === 0,
    ).catch(async (cause) => {
      throw new Error(`left: ${(await this.leftovers()).join(', ')}`, { cause });
    });
  }

  /** The report is meant to stay, and k6 has files of its own. */
  protected override isLeftover(name: string): boolean {
    return name.startsWith('meridian-');
  }
}
