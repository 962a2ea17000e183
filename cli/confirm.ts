// Before a change: shows what would happen, and asks for confirmation.

import { createInterface } from 'node:readline/promises';
import type { DryRun } from '../api/config.ts';
import { needsDeploy } from './admin-client.ts';
import { CommandError, EXIT } from './exit.ts';
import { dryRunText } from './forecast-text.ts';
import { say, wrapped } from './wrap.ts';

export interface ConfirmOptions {
  readonly yes?: true;
  readonly json?: true;
}

/**
 * Shows a dry run before its change is made; with `--json` on stderr, and only if a question follows.
 * @throws CommandError when the change needs a deploy
 */
export function showBefore(dryRun: DryRun, { yes, json }: ConfirmOptions): void {
  if (dryRun.needsDeploy.length > 0) {
    throw new CommandError(EXIT.needsDeploy, needsDeploy(dryRun.needsDeploy), {
      details: { code: 'needs_deploy', changes: dryRun.needsDeploy },
    });
  }
  if (!json) say(dryRunText(dryRun));
  else if (!yes) console.error(wrapped(dryRunText(dryRun), process.stderr));
}

interface Reason {
  readonly message?: string;
  readonly yes?: true;
}

/** @throws CommandError if there is no message, and nobody to ask for one: before anything else happens */
export function checkMessage({ message, yes }: Reason): void {
  if (message !== undefined || (!yes && process.stdin.isTTY)) return;
  throw new CommandError(
    EXIT.usage,
    'Nothing was changed: say why with --message, for the history. On a terminal, without --yes, it is asked for.',
  );
}

/**
 * Why a change is made, for the history; asked for if the option is not there.
 * @throws CommandError without an answer
 */
export async function messageOf({ message }: Reason): Promise<string> {
  const answer = message ?? (await ask('Why, for the history?'))?.trim();
  if (answer) return answer;
  throw new CommandError(EXIT.refused, 'Nothing was changed: the history needs a reason.');
}

/** @throws CommandError unless the answer is yes */
export async function confirm(question: string, { yes }: ConfirmOptions): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) {
    throw new CommandError(
      EXIT.usage,
      'Nothing was changed: there is no terminal to ask for confirmation. Use --yes to change it without being asked.',
    );
  }
  const answer = (await ask(`${question} [y/N]`)) ?? '';
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError(EXIT.refused, 'Nothing was changed.');
}

/** The line that is typed; undefined at Ctrl-C or Ctrl-D instead of one. */
async function ask(question: string): Promise<string | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new AbortController();
  terminal.once('close', () => closed.abort());
  try {
    return await terminal.question(`${question} `, { signal: closed.signal });
  } catch (error) {
    if (closed.signal.aborted || (error as Error).name === 'AbortError') return undefined;
    throw error;
  } finally {
    terminal.close();
  }
}
