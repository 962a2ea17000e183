// Where a restored stream goes on in the streams that it sources.
//
// nats-server notes in each sourced message which sequence of the source it was, and an identity of the source: a hash of
// when that was created (2.15.1, trySetupSourceConsumer in stream.go). A source that was restored too has been created
// anew, and so has another identity: the server takes it for a new stream, forgets how far it had come, and takes all of
// it once more, from `opt_start_seq` on if the configuration has one. So it is given one: behind the last message that
// the restored stream has of the source. A source that has come back with fewer messages goes on where it ends.
//
// A source that was not restored, but made anew, has other messages under the same sequences: of it all is to be taken.

import type { NatsConnection } from '@nats-io/nats-core';
import { liveRanges } from '../manifest/extent.ts';
import type { Extent, JsonObject } from '../manifest/segment-header.ts';
import { type StreamInfo, streamInfo } from './api.ts';
import { type Feed, isExternal, mirroredBy, sourcesOf } from './feeds.ts';
import { messageAt, readSingly } from './read-messages.ts';
import { identityOf, indexNameOf, type Sourced, sourcedFrom } from './sourced.ts';

/** How many of a stream's last messages are read for each source, to find what was taken from it. */
const READ_PER_SOURCE = 1_000;

/** Messages that are read at a time: often the last is enough. */
const FIRST_READ = 8;
const LARGEST_READ = 256;

export interface Resumed {
  readonly config: JsonObject;
  /** What comes twice, or is left out. */
  readonly remarks: readonly string[];
}

interface Source {
  readonly feed: Feed;
  readonly indexName: string;
  /** As it is now; undefined if it does not exist. */
  readonly info: StreamInfo | undefined;
}

/** A message of the restored stream that was sourced. */
interface Taken extends Sourced {
  /** In the restored stream. */
  readonly at: number;
}

interface Found {
  /** The last that was taken from a source. */
  readonly last: Taken;
  /** The last that the source may still have, since it does not end before it. */
  readonly shared: Taken | undefined;
}

/**
 * @param stream filled, and without its sources yet
 * @param config what it is to be configured as
 */
export async function resumed(
  connection: NatsConnection,
  stream: string,
  extent: Extent,
  config: JsonObject,
): Promise<Resumed> {
  const sources = await Promise.all(
    sourcesOf(config)
      .filter((feed) => !isExternal(feed) && (feed.consumer ?? null) === null)
      .map(async (feed) => ({
        feed,
        indexName: indexNameOf(feed),
        info: await streamInfo(connection, feed.name),
      })),
  );
  const remarks = await mirrorRemarks(connection, extent, config);
  if (sources.length === 0) return { config, remarks };
  const found = await lastTaken(connection, stream, extent, sources);
  const starts = new Map<string, number>();
  for (const source of sources) {
    const { start, remark } = await startOf(connection, stream, source, found.get(source.indexName), {
      extent,
      config,
    });
    if (start !== undefined) starts.set(source.indexName, start);
    if (remark !== undefined) remarks.push(remark);
  }
  const entries = sourcesOf(config).map((feed) => {
    const start = isExternal(feed) ? undefined : starts.get(indexNameOf(feed));
    return start === undefined ? feed : { ...feed, opt_start_seq: start };
  });
  return { config: { ...config, sources: entries }, remarks };
}

/** From where on a source is to be taken; undefined if the configuration is to stay as it is. */
async function startOf(
  connection: NatsConnection,
  stream: string,
  { feed, info }: Source,
  found: Found | undefined,
  { extent, config }: { readonly extent: Extent; readonly config: JsonObject },
): Promise<{ readonly start?: number; readonly remark?: string }> {
  const anew = `source ${feed.name} is taken anew: messages may come twice`;
  if (info === undefined) return { remark: `${anew} (it does not exist yet)` };
  const { last_seq, messages } = info.state;
  if (found === undefined) return messages === 0 ? {} : { remark: anew };
  const { last, shared } = found;
  // Without an identity the server goes on behind the last, whatever the source is.
  if (last.identity === undefined || last.identity === (await identityOf(info.created))) return {};
  if (shared !== undefined && !(await isSame(connection, stream, feed.name, shared, config))) {
    return { remark: `${anew} (its messages are others)` };
  }
  if (last_seq >= last.sequence) {
    const start = last.sequence + 1;
    const isLast = last.at === extent.lastSeq || (config.retention ?? 'limits') === 'limits';
    if (isLast) return { start };
    return {
      start,
      remark: `source ${feed.name} is taken from message ${start} on: what had been done with of it may come twice`,
    };
  }
  const remark = `source ${feed.name} ends at message ${last_seq}, of which ${last.sequence} had been taken: it goes on behind ${last_seq}`;
  return { start: last_seq + 1, remark };
}

/** Whether the source has the message that was taken from it. One that has gone since is no sign of anything. */
async function isSame(
  connection: NatsConnection,
  stream: string,
  source: string,
  taken: Taken,
  { allow_msg_counter }: JsonObject,
): Promise<boolean> {
  const original = await messageAt(connection, source, taken.sequence);
  if (original === undefined) return true;
  if (original.name !== taken.subject) return false;
  // What a counter takes it adds to what it has.
  if (allow_msg_counter === true) return true;
  const copy = await messageAt(connection, stream, taken.at);
  return copy === undefined || isEqual(copy.payload, original.payload);
}

/** What was taken last, by source. Read backwards, until all are found or it is enough. */
async function lastTaken(
  connection: NatsConnection,
  stream: string,
  extent: Extent,
  sources: readonly Source[],
): Promise<ReadonlyMap<string, Found>> {
  const ends = new Map(sources.map(({ indexName, info }) => [indexName, info?.state.last_seq ?? 0]));
  const found = new Map<string, Found>();
  const open = new Set(ends.keys());
  for await (const taken of backwards(connection, stream, extent, READ_PER_SOURCE * sources.length)) {
    const end = ends.get(taken.indexName);
    if (end === undefined || !open.has(taken.indexName)) continue;
    const last = found.get(taken.indexName)?.last ?? taken;
    const isShared = taken.sequence <= end;
    found.set(taken.indexName, { last, shared: isShared ? taken : undefined });
    if (isShared || end === 0) open.delete(taken.indexName);
    if (open.size === 0) break;
  }
  return found;
}

/** Sourced messages of the stream, the last first, without their bodies. @param most sequences that are looked at */
async function* backwards(
  connection: NatsConnection,
  stream: string,
  extent: Extent,
  most: number,
): AsyncGenerator<Taken> {
  let left = most;
  let size = FIRST_READ;
  for (const [first, last] of liveRanges(extent).toReversed()) {
    for (let to = last; to >= first && left > 0; ) {
      const from = Math.max(first, to + 1 - Math.min(size, left));
      const batch: Taken[] = [];
      for await (const { header, sequence } of readSingly(connection, stream, [[from, to]])) {
        const sourced = sourcedFrom(header);
        if (sourced !== undefined) batch.push({ ...sourced, at: sequence });
      }
      yield* batch.toReversed();
      left -= to - from + 1;
      to = from - 1;
      size = Math.min(2 * size, LARGEST_READ);
    }
  }
}

/** A mirror has the sequences of its origin, and takes only what is behind its own last: whichever identity that has. */
async function mirrorRemarks(
  connection: NatsConnection,
  { lastSeq }: Extent,
  config: JsonObject,
): Promise<string[]> {
  const mirror = mirroredBy(config);
  const info = mirror && (await streamInfo(connection, mirror.name));
  if (mirror === undefined || info === undefined || info.state.last_seq >= lastSeq) return [];
  const end = info.state.last_seq;
  return [
    `${mirror.name}, which it mirrors, ends at message ${end}: what comes there up to message ${lastSeq} is not taken`,
  ];
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, n) => byte === b[n]);
}
