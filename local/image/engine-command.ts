// The command of a container engine, and how it is run: docker, podman or buildah, here or behind a socket.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Environment } from '../binaries/binary-spec.ts';
import { fixOf } from '../engine/containers/engine-problem.ts';
import { ulimitOptions } from '../engine/containers/ulimits.ts';
import { ImageError } from './image-error.ts';

/** Which command it is. buildah builds images and runs nothing. */
export type EngineKind = 'docker' | 'podman' | 'buildah';

/** An engine that has answered. */
export interface EngineCommand {
  readonly kind: EngineKind;
  /** The path of the command. */
  readonly file: string;
  /** What comes before every subcommand, such as `--host unix:///run/docker.sock`. */
  readonly args: readonly string[];
  readonly env: Environment;
  /** For people: "docker 28.2.2 at unix:///run/docker.sock". */
  readonly title: string;
}

export interface RunOptions {
  /** Told each line that the command writes, to either stream. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Ends the command. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the command after this time. Default: never. */
  readonly timeoutMs?: number | undefined;
  /** Added to the command's environment. */
  readonly env?: Environment | undefined;
}

export interface RunResult {
  /** The exit code; undefined when a signal ended the command. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `engine ...args` to its end, whatever its exit code. Throws only when it cannot be run, or is given up. */
export async function runEngine(
  engine: Pick<EngineCommand, 'file' | 'args' | 'env'>,
  args: readonly string[],
  { onLine, signal, timeoutMs, env }: RunOptions = {},
): Promise<RunResult> {
  signal?.throwIfAborted();
  const deadline = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const given = [signal, deadline].filter((each) => each !== undefined);
  const child = spawn(engine.file, [...engine.args, ...args], {
    env: { ...engine.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C is for whoever runs this, who ends the command if it should end: half a `run` would leave a container.
    detached: true,
    ...(given.length > 0 && { signal: AbortSignal.any(given) }),
  });
  const streams = { stdout: '', stderr: '' };
  const read = (['stdout', 'stderr'] as const).map(async (name) => {
    for await (const line of createInterface({ input: child[name] })) {
      streams[name] += `${line}\n`;
      onLine?.(line);
    }
  });
  let problem: Error | undefined;
  child.once('error', (error) => {
    problem = error;
  });
  // `close` comes after `error` as well, once nothing of the command is left.
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  await Promise.all(read);
  signal?.throwIfAborted();
  const command = `${engine.file} ${args[0] ?? ''}`.trim();
  if (deadline?.aborted)
    throw new ImageError(`${command} gave no result within ${(timeoutMs ?? 0) / 1000} s`);
  if (problem !== undefined) throw new ImageError(`${command} could not be run: ${problem.message}`);
  return { code: code ?? undefined, ...streams };
}

/**
 * The subcommand that builds. podman and buildah would keep an image of each step, also of a build that fails; Docker without
 * buildx the container of the step that failed.
 */
export function buildCommand({ kind }: EngineCommand): readonly string[] {
  return ['build', kind === 'docker' ? '--force-rm' : '--layers=false', ...ulimitOptions()];
}

/**
 * Runs a build. podman and buildah that build in the command itself, not in a service, leave containers behind when they are
 * ended: there the signal takes effect only after the build.
 */
export async function runBuild(
  engine: EngineCommand,
  args: readonly string[],
  { signal, ...options }: RunOptions,
): Promise<RunResult> {
  const cleansUp = engine.kind === 'docker' || engine.args.length > 0;
  signal?.throwIfAborted();
  const result = await runEngine(engine, [...buildCommand(engine), ...args], {
    ...options,
    ...(cleansUp && { signal }),
  });
  signal?.throwIfAborted();
  return result;
}

/** The subcommand that runs a container, with what it needs on this machine. */
export function runSubcommand(): readonly string[] {
  return ['run', ...ulimitOptions()];
}

/** The end of what a failed command wrote: the lines that say what went wrong. */
export function lastWords({ stdout, stderr }: RunResult, lines = 4): string {
  const said = stderr.trim() === '' ? stdout : stderr;
  return said.trim().split('\n').slice(-lines).join('\n');
}

/** The same with the likely fix. */
export function whyFailed(result: RunResult, lines?: number): string {
  const said = lastWords(result, lines);
  return `${said}${fixOf(said)}`;
}
