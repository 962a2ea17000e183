// A command line on a terminal of its own (a pseudo-terminal, by `script` of util-linux), with somebody who answers what it
// asks: as people run what a page shows.

import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

/** What is typed when a question like this is the last thing on the screen. */
export type Replies = readonly (readonly [question: RegExp, reply: string])[];

export interface TerminalOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly replies?: Replies;
  /** The key after each reply. Programs that read single keys take only the one that terminals send, `\r`. */
  readonly enter?: '\n' | '\r';
  /** One Ctrl-C, when this is on the screen: whoever comes late to read it does not press it again. */
  readonly interruptAt?: RegExp;
}

export interface OnTerminal {
  readonly code: number | null;
  /** All that was on the screen, without colours. */
  readonly screen: string;
}

const CTRL_C = '\u0003';

/**
 * The shell of whoever runs the tests may be another one, or none: `sh` stays in front of what it runs, and reports 130
 * after a Ctrl-C whatever the command itself ended with.
 */
const SHELL = '/bin/bash';

/** Runs a line in bash, as it is. */
export function runOnTerminal(
  line: string,
  { cwd, env = {}, replies = [], enter = '\n', interruptAt }: TerminalOptions = {},
): Promise<OnTerminal> {
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    cwd,
    env: { ...process.env, SHELL, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let raw = '';
  let answered = 0;
  let interrupted = false;
  const screen = () => stripVTControlCharacters(raw).replaceAll('\r', '');
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    raw += text;
    const rest = screen().slice(answered);
    if (!interrupted && interruptAt?.test(rest)) {
      interrupted = true;
      child.stdin.write(CTRL_C);
    }
    const reply = replies.find(([question]) => question.test(rest))?.[1];
    if (reply === undefined) return;
    answered = screen().length;
    child.stdin.write(reply + enter);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, screen: screen() }));
  });
}
