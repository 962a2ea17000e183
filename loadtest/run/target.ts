// The target of a run: the edge that --url names, or a local stack with its control server, started for the run.

import { resolveConnection } from '../../cli/connection.ts';
import { CommandError } from '../../cli/exit.ts';
import { BinaryError } from '../../local/binaries/binary-error.ts';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { ConfigError, loadConfig } from '../../local/load-config.ts';
import { startStack } from '../../local/stack.ts';
import { type Closeable, withTeardown } from '../../local/teardown.ts';
import { startControlServer } from './control-server.ts';
import { EXIT, LoadtestError } from './loadtest-error.ts';

/** Closing it stops what was started for the run. */
export interface Target extends Closeable {
  readonly url: string;
  /** Clients can pretend to be in a city through MF-CF-Blob, which only an edge on this machine reads. */
  readonly isLocal: boolean;
  readonly control: string | undefined;
  readonly adminToken: string | undefined;
}

export interface TargetOptions {
  readonly url: string | undefined;
  readonly regions: readonly string[] | undefined;
  readonly wan: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (step: string) => void;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

type Environment = Readonly<Record<string, string | undefined>>;

export function openTarget(options: TargetOptions, env: Environment): Promise<Target> {
  return options.url === undefined ? startLocal(options) : useUrl(options.url, env);
}

async function useUrl(text: string, env: Environment): Promise<Target> {
  // MERIDIAN_ADMIN_TOKEN is this command's own name for it; the token of `npm start` on this machine is found.
  const token = env.MERIDIAN_ADMIN_TOKEN || env.MERIDIAN_TOKEN;
  const { url, token: adminToken } = await resolveConnection({
    url: text,
    ...(token && { token }),
  }).catch((cause) => {
    throw cause instanceof CommandError ? new LoadtestError(cause.message, EXIT.failed, { cause }) : cause;
  });
  return {
    url: url.origin,
    isLocal: LOOPBACK.has(url.hostname),
    control: undefined,
    adminToken,
    close: async () => {},
  };
}

async function startLocal({ regions, wan, signal, onProgress }: TargetOptions): Promise<Target> {
  const { config, notes } = await loadConfig(regions === undefined ? {} : { regions }).catch((cause) => {
    throw cause instanceof ConfigError ? new LoadtestError(cause.message, EXIT.failed, { cause }) : cause;
  });
  for (const note of notes) onProgress(note);
  const { path } = await ensureNatsServer({ log: onProgress, signal }).catch((cause) => {
    throw cause instanceof BinaryError ? new LoadtestError(cause.message, EXIT.noProgram, { cause }) : cause;
  });
  signal.throwIfAborted();
  return withTeardown(async (undo) => {
    const stack = await startStack({ config, natsServer: path, wan, onProgress, signal });
    undo.defer(stack.close);
    const control = await startControlServer(stack);
    undo.defer(control.close);
    return { url: stack.url, isLocal: true, control: control.url, adminToken: stack.adminToken };
  });
}
