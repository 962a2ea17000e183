// A local stack that keeps what the Worker and the servers said.

import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { type Stack, type StackOptions, startStack } from '../../local/stack.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { defaultConfig } from './data/checked-in.ts';

/** Enough for the whole story of one failed test. */
const KEPT_LINES = 150;

export interface LoggedStack {
  readonly stack: Stack;
  /** The last lines of its log. */
  readonly log: readonly string[];
}

/** What a test may ask of its stack besides the configuration. */
export type LoggedStackOptions = Pick<
  StackOptions,
  'port' | 'wan' | 'storage' | 'bucket' | 'realEngine' | 'build' | 'auth'
>;

export async function startLoggedStack(
  config: MeridianConfig = defaultConfig(),
  options: LoggedStackOptions = {},
): Promise<LoggedStack> {
  const { path } = await ensureNatsServer();
  const log: string[] = [];
  const started = performance.now();
  const onLog = (source: string, line: string) => {
    log.push(`${((performance.now() - started) / 1000).toFixed(3)} ${source}: ${line}`);
    if (log.length > KEPT_LINES) log.shift();
  };
  try {
    return { stack: await startStack({ ...options, config, natsServer: path, onLog }), log };
  } catch (cause) {
    throw new Error(`the local stack did not start:\n${log.join('\n')}`, { cause });
  }
}
