// Runs a program to its end. A failure is a `Problem` to report, and only an interruption is an exception.
import { type ExecFileException, execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Environment, Problem } from './binary-spec.ts';

const execFileAsync = promisify(execFile);

/** Building nats-server prints a few hundred lines at most; more than this is not worth keeping. */
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;
/** The end of a compiler's or `tar`'s output says what went wrong. */
const LINES_IN_PROBLEM = 3;

export interface CommandOptions {
  readonly env: Environment;
  readonly timeoutMs: number;
  readonly cwd?: string;
  /** Interrupts it, as Ctrl-C does. Default: nothing does. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * What the program printed to standard output, or why it failed, with the end of its output.
 *
 * @throws the signal's reason, once the program has ended
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<{ readonly stdout: string } | Problem> {
  const { env, timeoutMs, cwd, signal } = options;
  signal?.throwIfAborted();
  let interrupt = () => {};
  try {
    const settings = {
      env,
      cwd,
      timeout: timeoutMs,
      maxBuffer: MAX_OUTPUT_BYTES,
      killSignal: 'SIGKILL',
    } as const;
    const running = execFileAsync(file, args, settings);
    interrupt = () => running.child.kill('SIGINT');
    signal?.addEventListener('abort', interrupt);
    const { stdout } = await running;
    return { stdout };
  } catch (error) {
    signal?.throwIfAborted();
    return { problem: describe(error as ExecFileException, timeoutMs) };
  } finally {
    signal?.removeEventListener('abort', interrupt);
  }
}

function describe(error: ExecFileException, timeoutMs: number): string {
  if (error.killed) return `gave no result within ${timeoutMs / 1000} s`;
  const { code, signal, message, stderr = '' } = error;
  if (typeof code !== 'number') return `could not be run (${signal ?? code ?? message})`;
  const lastWords = stderr.trim().split('\n').slice(-LINES_IN_PROBLEM).join(' / ');
  return `ended with status ${code}${lastWords === '' ? '' : `: ${lastWords}`}`;
}
