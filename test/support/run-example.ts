// Runs a program to its end, as a reader of examples/ would.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

/** A client needs a second; the first run of the Go one compiles it. */
const TIMEOUT_MS = 120_000;

export interface Run {
  readonly file: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

/** Resolves with the lines that it wrote, once it has ended with exit code 0; everything else is an error. */
export async function runExample({
  file,
  args = [],
  cwd = EXAMPLES,
  timeoutMs = TIMEOUT_MS,
}: Run): Promise<readonly string[]> {
  const { MERIDIAN_NATS_TOKEN: token, ...env } = process.env;
  const { stdout } = await promisify(execFile)(file, args, {
    cwd,
    env: { ...env, ...(token && { NATS_TOKEN: token }) },
    timeout: timeoutMs,
  });
  return stdout.trim().split('\n');
}

/** Whether a program can be run here. */
export async function isThere(file: string, ...args: readonly string[]): Promise<boolean> {
  return promisify(execFile)(file, args).then(
    () => true,
    () => false,
  );
}
