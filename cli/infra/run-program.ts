// Runs OpenTofu. Ctrl-C reaches it once, from here: it then ends in order, saves its state and gives back its lock, and a
// second one would make it drop both. It has a process group of its own, so that a terminal does not send it another one, and
// what comes here again (npm passes on what the terminal has sent already) goes no further.

import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { SAME_PRESS_MS } from '../interrupt.ts';
import type { Program } from './program.ts';
import type { Environment } from './settings.ts';

/** The end of what it said is what tells why it failed. */
const KEPT_CHARACTERS = 256 * 1024;

export interface Run {
  readonly program: Program;
  readonly folder: string;
  readonly env: Environment;
  readonly args: readonly string[];
  /** Whether people see what it prints while it runs: with `to-stderr` where stdout is for a program. Default: no. */
  readonly show?: 'as-it-is' | 'to-stderr';
  /** What it reads. Default: nothing. */
  readonly input?: string;
}

export interface RunResult {
  readonly code: number;
  /** The end of what it printed. */
  readonly out: string;
  readonly err: string;
  /** Whether it was asked to stop. */
  readonly interrupted: boolean;
}

export function runProgramOf({ program, folder, env, args, show, input }: Run): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program.path, [`-chdir=${folder}`, ...args], {
      env: env as NodeJS.ProcessEnv,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    let stoppedAt: number | undefined;
    const stop = () => {
      const now = performance.now();
      if (stoppedAt === undefined) child.kill('SIGINT');
      else if (now - stoppedAt > SAME_PRESS_MS) console.error(stillEnding(program, child.pid));
      stoppedAt ??= now;
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    const out = keepEnd(child.stdout, show === 'as-it-is' ? process.stdout : show && process.stderr);
    const err = keepEnd(child.stderr, show && process.stderr);
    const done = () => {
      process.removeListener('SIGINT', stop);
      process.removeListener('SIGTERM', stop);
    };
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('close', (code, signal) => {
      done();
      // As shells report a signal.
      resolve({
        code: code ?? (signal === 'SIGKILL' ? 137 : 1),
        out: out(),
        err: err(),
        interrupted: stoppedAt !== undefined,
      });
    });
    // It may end without having read.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

function stillEnding({ name }: Program, pid: number | undefined): string {
  return `${name} is ending in order, and is not told again: a second time it would drop its state and leave its lock. kill -9 ${pid} ends it all the same.`;
}

function keepEnd(from: Readable, to: NodeJS.WritableStream | undefined): () => string {
  const decoder = new StringDecoder('utf8');
  let kept = '';
  from.on('data', (chunk: Buffer) => {
    to?.write(chunk);
    kept = (kept + decoder.write(chunk)).slice(-KEPT_CHARACTERS);
  });
  return () => kept;
}
