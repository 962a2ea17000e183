// Runs a program of a deploy to its end. What it prints goes on to stderr, so that stdout is this command's own, and the
// end of it is kept, to find the cause of a failure in it.

import { spawn } from 'node:child_process';
import type { Environment } from './target.ts';

/** Of what a program printed, this much is looked at. */
const KEPT_CHARACTERS = 20_000;

export interface Ended {
  /** 128 or more: it was ended by a signal. */
  readonly code: number;
  /** The end of what it printed. */
  readonly output: string;
}

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

/** @throws Error if it cannot be started */
export async function runProgramThrough({ file, args, cwd }: Program): Promise<Ended> {
  const env = withoutSynadia(process.env);
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      process.stderr.write(text);
      output = (output + text).slice(-KEPT_CHARACTERS);
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('close', (code) => resolve(code ?? 128));
  return { code: await promise, output };
}

/** The seeds and credentials of Synadia are no program's that is run here: who has them signs accounts. */
export function withoutSynadia(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('SYNADIA_')));
}
