// The account's streams: what is not as its file says is made or changed. None is ever deleted, and one that no file names
// is left alone.

import { JetStreamApiError, jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import { type NatsConnection, NoRespondersError, RequestError, TimeoutError } from '@nats-io/nats-core';
import { CommandError, EXIT } from '../../cli/exit.ts';
import type { StreamFile } from './account-files.ts';
import { type Difference, differences } from './differences.ts';

const STREAM_NOT_FOUND = 10059;

/** No leader; not enough peers yet; not enabled for the account, on this server. */
const PASSING: ReadonlySet<number> = new Set([10008, 10005, 10039, 10076]);
const SETTLE_TIMEOUT_MS = 10_000;
const SETTLE_POLL_MS = 250;

export interface StreamStep {
  readonly stream: string;
  readonly what: 'add' | 'change' | 'keep';
  readonly differences: readonly Difference[];
}

/** @param dryRun only says what would be done. @throws CommandError with the server's words */
export async function applyStreams(
  connection: NatsConnection,
  files: readonly StreamFile[],
  dryRun: boolean,
): Promise<readonly StreamStep[]> {
  const manager = await withWords('JetStream', () => jetstreamManager(connection));
  const steps: StreamStep[] = [];
  for (const file of files) {
    const { name } = file;
    const config = file as unknown as StreamConfig;
    const actual = await withWords(name, () => infoOf(manager, name));
    const found = actual === undefined ? [] : differences(actual, file);
    const what = actual === undefined ? 'add' : found.length > 0 ? 'change' : 'keep';
    steps.push({ stream: name, what, differences: found });
    if (dryRun || what === 'keep') continue;
    // What the file leaves out stays as it is.
    await withWords(name, () =>
      actual === undefined
        ? manager.streams.add(config)
        : manager.streams.update(name, { ...actual, ...config }),
    );
  }
  return steps;
}

async function infoOf(
  manager: Awaited<ReturnType<typeof jetstreamManager>>,
  name: string,
): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) return undefined;
    throw error;
  }
}

/** An account that was just pushed, or a cluster without a leader, is there a moment later. What is asked can be asked again. */
async function withWords<T>(name: string, act: () => Promise<T>): Promise<T> {
  const end = Date.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    try {
      return await act();
    } catch (cause) {
      if (isPassing(cause) && Date.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, SETTLE_POLL_MS));
        continue;
      }
      const why = cause instanceof Error ? cause.message : String(cause);
      const isSilent = [TimeoutError, NoRespondersError, RequestError].some((kind) => cause instanceof kind);
      const exit = isSilent ? EXIT.noServer : EXIT.refused;
      throw new CommandError(exit, `Synadia: stream ${name}: ${why}. What came before it is done.`, {
        details: { code: 'stream_refused', platform: 'synadia', stream: name, why },
        cause,
      });
    }
  }
}

function isPassing(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return PASSING.has(error.code);
  return (
    error instanceof NoRespondersError ||
    error instanceof TimeoutError ||
    (error instanceof Error && error.name === 'JetStreamNotEnabled') ||
    (error instanceof RequestError && error.isNoResponders())
  );
}
