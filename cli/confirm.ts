// Nothing changes unseen: shows what would happen, and asks.

import { createInterface } from 'node:readline/promises';
import type { DryRun } from '../api/config.ts';
import { needsDeploy } from './admin-client.ts';
import { CommandError, EXIT } from './exit.ts';
import { dryRunText } from './forecast-text.ts';

export interface ConfirmOptions {
  readonly yes?: true;
  readonly json?: true;
}

/**
 * Shows a dry run before its change is made; with `--json` on stderr, and only where a question follows.
 * @throws CommandError when it needs a deploy
 */
export function showBefore(dryRun: DryRun, { yes, json }: ConfirmOptions): void {
  if (dryRun.needsDeploy.length > 0) {
    throw new CommandError(EXIT.needsDeploy, needsDeploy(dryRun.needsDeploy), {
      details: { code: 'needs_deploy', changes: dryRun.needsDeploy },
    });
  }
  if (!json) console.log(dryRunText(dryRun));
  else if (!yes) console.error(dryRunText(dryRun));
}

/** @throws CommandError unless the answer is yes */
export async function confirm(question: string, { yes }: ConfirmOptions): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) {
    throw new CommandError(
      EXIT.usage,
      'Nothing was changed: there is no terminal to ask on. Say --yes to go on without a question.',
    );
  }
  if (!(await ask(question))) throw new CommandError(EXIT.refused, 'Nothing was changed.');
}

async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new AbortController();
  terminal.once('close', () => closed.abort()); // Ctrl-C or Ctrl-D instead of an answer.
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: closed.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (closed.signal.aborted || (error as Error).name === 'AbortError') return false;
    throw error;
  } finally {
    terminal.close();
  }
}
