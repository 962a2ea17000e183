// A stream whose servers have all ended is still in the list of streams, and would be made anew, empty, by the first of them
// that starts. Before its backup is restored it is taken off that list, unless somebody has put something in it.

import type { NatsConnection } from '@nats-io/nats-core';
import { messageOf } from '../../message-of.ts';
import type { KnownStream } from '../admission/record.ts';
import { ApiError, ask, STREAM_OFFLINE, type StreamInfo, streamInfo, streamNames } from './api.ts';
import { isBeingRestored } from './target.ts';

/** Nobody answers for a stream without servers: the request is carried out all the same. */
const UNANSWERED_MS = 1_000;

/** Until a stream is off the list. */
const REMOVED_WITHIN_MS = 10_000;
const POLL_MS = 100;

/**
 * Removes it, if it is there, and nothing is in it.
 *
 * @param mayBeHeld whether a server may have it, that was made anew: then what that says of the stream is awaited. Where none
 * has it, it may be listed all the same, such as after a restore that a server refused
 * @returns why it stays; undefined once its name is free
 * @throws Error if the servers do not answer
 */
export async function removeOrphan(
  connection: NatsConnection,
  { stream, created, lastSeq }: KnownStream,
  mayBeHeld: boolean,
): Promise<string | undefined> {
  if (!(await streamNames(connection)).includes(stream)) return undefined;
  const info = await infoOf(connection, stream);
  if (info === undefined && mayBeHeld) throw new Error(`stream ${stream} does not answer`);
  if (info !== undefined) {
    if (info.created !== created) return 'another stream of its name was made meanwhile';
    if (info.state.last_seq >= Math.max(1, lastSeq)) return 'it has come back by itself';
    // From now on it takes nothing: what was acknowledged until now is seen by the next look.
    if (Array.isArray(info.config.subjects)) {
      await ask(connection, `STREAM.UPDATE.${stream}`, { ...info.config, subjects: [`${stream}.restoring`] });
    }
    const { state } = (await infoOf(connection, stream)) ?? info;
    if (state.last_seq > 0) {
      await ask(connection, `STREAM.UPDATE.${stream}`, info.config);
      return `it came back empty, and has taken ${state.messages} messages since: restore the earlier ones under another name`;
    }
  }
  await takeOffList(connection, stream);
  return undefined;
}

/**
 * Those of the streams that are there, after a loss of all servers: clients can't have made them. One that is being filled is
 * not, nor is one that is listed and on no server, such as after a restore that a server refused: it is taken off the list.
 *
 * @param holders how many servers say that they hold a stream up to a sequence
 */
export async function thoseBack<T extends Pick<KnownStream, 'account' | 'stream'>>(
  connection: NatsConnection,
  streams: readonly T[],
  holders: (account: string, stream: string, lastSeq: number) => Promise<number>,
): Promise<readonly T[]> {
  const listed = await streamNames(connection);
  const back: T[] = [];
  for (const each of streams) {
    const { account, stream } = each;
    if (!listed.includes(stream)) continue;
    const info = await infoOf(connection, stream);
    if (info === undefined && (await holders(account, stream, 0)) === 0)
      await takeOffList(connection, stream);
    else if (info === undefined || !isBeingRestored(info.config)) back.push(each);
  }
  return back;
}

async function takeOffList(connection: NatsConnection, stream: string): Promise<void> {
  await ask(connection, `STREAM.DELETE.${stream}`, {}, UNANSWERED_MS).catch((error: unknown) => {
    if (isRefusal(error)) throw error;
  });
  const end = Date.now() + REMOVED_WITHIN_MS;
  while ((await streamNames(connection)).includes(stream)) {
    if (Date.now() > end) throw new Error(`stream ${stream} is still listed`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Undefined if no server answers for it. */
async function infoOf(connection: NatsConnection, stream: string): Promise<StreamInfo | undefined> {
  try {
    return await streamInfo(connection, stream);
  } catch (error) {
    if (isRefusal(error)) throw error;
    console.warn(`stream ${stream}: ${messageOf(error)}`);
    return undefined;
  }
}

/** After some time without servers the others answer for a stream: that it has none. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.code !== STREAM_OFFLINE;
}
