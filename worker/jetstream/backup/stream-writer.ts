// The backup of one stream, as long as this region's server leads it: what is new is read, made into segments and
// appended to the log. That each index of the log can be written only once keeps two writers from forking it: whoever
// finds one taken knows nothing any longer, and begins again from what is in the bucket.

import type { NatsConnection } from '@nats-io/nats-core';
import { SegmentBuilder } from '../archive/segment.ts';
import type { BackupBucket, StoredManifest } from '../bucket/backup-bucket.ts';
import { isDamage } from '../bucket/backup-error.ts';
import { fold } from '../bucket/fold.ts';
import { retain } from '../bucket/retain.ts';
import { dropExpired, KNOWN_FOR_MS, sweep } from '../bucket/sweep.ts';
import { type BackupState, backupStateOf } from '../manifest/backup-state.ts';
import { beginEpoch, currentEpoch, withEpoch } from '../manifest/epochs.ts';
import { count, liveRanges, within } from '../manifest/extent.ts';
import { FOLD_SEGMENTS } from '../manifest/fold.ts';
import type { Epoch, StreamName } from '../manifest/manifest.ts';
import type { ConsumerBackup, Extent, JsonObject, SegmentHeader } from '../manifest/segment-header.ts';
import { readBatch, readSingly } from '../restore/read-messages.ts';
import { isDiverged, isRestored, lackOf } from './against-stream.ts';
import type { LedStream } from './led-streams.ts';
import { consumersNow, extentNow, numberOf } from './stream-now.ts';

/** A leader that was just elected may still be applying what it has: it has lost messages if it says so again later. */
const DIVERGED_IN_LOOKS = 2;

/** A stream with a lot to write goes on in the next round, so that others have their turn. */
const WRITES_FOR_MS = 20_000;

export interface WriterSettings {
  readonly segmentBytes: number;
  readonly keepDays: number;
}

export interface StreamWriterParts {
  readonly bucket: BackupBucket;
  readonly name: StreamName;
  /** The region. */
  readonly writer: string;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** What the log says, as far as this writer knows. */
interface Known {
  readonly stored: StoredManifest;
  readonly epoch: Epoch;
  readonly nextIndex: number;
  /** Sequence of the last message that is backed up, or that was deleted before it was; 0 if there is none. */
  readonly upTo: number;
  readonly extent: Extent;
  /** As JSON. */
  readonly config: string;
  readonly consumers: string;
  /** ms since the epoch: loaded or appended. */
  readonly at: number;
  readonly writtenAt: number;
}

/** Where the messages of a segment come from. */
interface Content {
  readonly builder: SegmentBuilder;
  /** There may be more. */
  readonly isFull: boolean;
}

export class StreamWriter {
  readonly #parts: StreamWriterParts;
  #known: Known | undefined;
  #behindLooks = 0;
  #filled = false;

  constructor(parts: StreamWriterParts) {
    this.#parts = parts;
  }

  /** Up to which message the backup goes; undefined as long as nobody has looked. */
  get upTo(): number | undefined {
    return this.#known?.upTo;
  }

  /** When it was last written; undefined as long as nobody has looked. */
  get writtenAt(): number | undefined {
    return this.#known?.writtenAt;
  }

  /** Whether its last write closed a segment since it was full. */
  get filled(): boolean {
    return this.#filled;
  }

  /** Whether there is something to write: no request is made to find out. */
  hasNews(led: LedStream): boolean {
    const known = this.#known;
    if (known === undefined) return true;
    const { state, created, config, consumers, hasAllConsumers } = led;
    return (
      created !== known.epoch.created ||
      state.last_seq !== known.extent.lastSeq ||
      liveRanges(known.extent).some(([, last]) => last > known.upTo) ||
      isOther(known.extent, led) ||
      JSON.stringify(config) !== known.config ||
      (hasAllConsumers && JSON.stringify(consumers) !== known.consumers)
    );
  }

  /**
   * Backs up what is new, or as much of it as some time allows.
   *
   * @returns a problem that somebody should see, though the backup goes on
   * @throws BackupError if R2 fails, other errors if the server does; nothing is lost, and it can be tried again
   */
  async write(
    led: LedStream,
    connect: () => Promise<NatsConnection>,
    settings: WriterSettings,
  ): Promise<string | undefined> {
    this.#filled = false;
    try {
      return await this.#write(led, connect, settings);
    } catch (error) {
      // What was written, or not, is in the bucket.
      this.#known = undefined;
      throw error;
    }
  }

  async #write(
    led: LedStream,
    connect: () => Promise<NatsConnection>,
    settings: WriterSettings,
  ): Promise<string | undefined> {
    const { now } = this.#parts;
    const connection = await connect();
    if (this.#known === undefined || now() - this.#known.at > KNOWN_FOR_MS) {
      this.#known = await this.#load(led, connection);
    }
    let known: Known | undefined = this.#known;
    if (known === undefined) return undefined;
    let problem: string | undefined;
    if (led.created !== known.epoch.created) {
      known = await this.#createdAnew(led, connection, known);
    } else if (led.state.last_seq < known.upTo) {
      this.#behindLooks += 1;
      problem = `stream ${led.stream} ends at message ${led.state.last_seq}, though ${known.upTo} is backed up`;
      if (this.#behindLooks < DIVERGED_IN_LOOKS) return problem;
      known = await this.#begin(led, connection, 'diverged', known.stored);
    }
    this.#behindLooks = 0;
    this.#known = known;
    if (known !== undefined) await this.#appendAll(led, connection, settings);
    await this.#tidy(led, connection, settings);
    return problem;
  }

  /** From the bucket; a stream without a backup begins one. Undefined if another writer was faster. */
  async #load(led: LedStream, connection: NatsConnection): Promise<Known | undefined> {
    const { bucket, name } = this.#parts;
    const stored = await bucket.load(name);
    const epoch = stored && currentEpoch(stored.manifest);
    if (stored === undefined || epoch === undefined) return this.#begin(led, connection, 'new', stored);
    const state = await this.#stateOf(epoch);
    if (state === undefined) return this.#beginAnew(led, connection, stored, 'its log cannot be read');
    if (epoch.created !== led.created) return this.#knownFrom(stored, epoch, state);
    if (await isDiverged(connection, led.stream, state)) {
      return this.#begin(led, connection, 'diverged', stored);
    }
    // A stream that ends before what is backed up may have lost that: this is looked at twice.
    const isBehind = led.state.last_seq < (state.lastMessage?.sequence ?? 0);
    const lacks = isBehind ? undefined : await lackOf(connection, led.stream, state);
    if (lacks !== undefined) return this.#beginAnew(led, connection, stored, lacks);
    return this.#knownFrom(stored, epoch, state);
  }

  /** Undefined if segments of its log are damaged: nobody can write behind them. @throws BackupError if R2 fails */
  async #stateOf(epoch: Epoch): Promise<BackupState | undefined> {
    const { bucket, name } = this.#parts;
    try {
      return backupStateOf(epoch, await bucket.log(name, epoch));
    } catch (error) {
      if (!isDamage(error)) throw error;
      console.error(error.message);
      return undefined;
    }
  }

  /** The stream has what its backup lacks: an epoch that has all of it begins. */
  #beginAnew(
    led: LedStream,
    connection: NatsConnection,
    stored: StoredManifest,
    why: string,
  ): Promise<Known | undefined> {
    const { account, stream } = this.#parts.name;
    console.error(`backup of ${account} ${stream}: ${why}; a new epoch begins, with all that the stream has`);
    return this.#begin(led, connection, 'damaged', stored);
  }

  #knownFrom(stored: StoredManifest, epoch: Epoch, state: BackupState): Known {
    return {
      stored,
      epoch,
      nextIndex: state.nextIndex,
      upTo: state.lastMessage?.sequence ?? 0,
      extent: state.streamExtent,
      config: JSON.stringify(state.config),
      consumers: JSON.stringify(state.consumers),
      at: this.#parts.now(),
      writtenAt: state.writtenAt,
    };
  }

  /** A stream that was restored from this backup is the same, though it was created later: its backup goes on. */
  async #createdAnew(
    led: LedStream,
    connection: NatsConnection,
    { stored, epoch }: Known,
  ): Promise<Known | undefined> {
    const { bucket } = this.#parts;
    const state = await this.#stateOf(epoch);
    if (state === undefined || !(await isRestored(connection, led.stream, state))) {
      return this.#begin(led, connection, 'recreated', stored);
    }
    const lacks = await lackOf(connection, led.stream, state);
    if (lacks !== undefined) return this.#beginAnew(led, connection, stored, lacks);
    const goesOn: Epoch = { ...epoch, created: led.created };
    const manifest = withEpoch(stored.manifest, goesOn);
    const etag = await bucket.save(manifest, stored.etag);
    return etag === undefined ? undefined : this.#knownFrom({ manifest, etag }, goesOn, state);
  }

  async #begin(
    led: LedStream,
    connection: NatsConnection,
    reason: Epoch['reason'],
    before: StoredManifest | undefined,
  ): Promise<Known | undefined> {
    const { bucket, name, now } = this.#parts;
    const { created, config } = led;
    const [extent, consumers] = [
      await extentNow(connection, led.stream, undefined),
      await this.#consumersOf(led, connection),
    ];
    const id = `${now()}-${crypto.randomUUID().slice(0, 8)}`;
    const beginning = { id, created, reason, now: now(), config, consumers, extent };
    const manifest = beginEpoch(name, before?.manifest, beginning);
    const etag = await bucket.save(manifest, before?.etag);
    const epoch = currentEpoch(manifest);
    if (etag === undefined || epoch === undefined) return undefined;
    if (reason === 'diverged') {
      console.error(
        `backup of ${name.account} ${name.stream}: the stream no longer has what was backed up; a new epoch begins, and the one before can be restored under another name`,
      );
    }
    return this.#knownFrom({ manifest, etag }, epoch, backupStateOf(epoch, []));
  }

  async #consumersOf(led: LedStream, connection: NatsConnection): Promise<readonly ConsumerBackup[]> {
    return led.hasAllConsumers ? led.consumers : consumersNow(connection, led.stream);
  }

  async #appendAll(led: LedStream, connection: NatsConnection, settings: WriterSettings): Promise<void> {
    const { now } = this.#parts;
    const end = now() + WRITES_FOR_MS;
    do {
      const known = this.#known;
      if (known === undefined) return;
      const { builder, isFull } = await this.#read(led, connection, known, settings.segmentBytes);
      await this.#append(led, connection, known, builder);
      this.#filled ||= isFull;
      if (!isFull || (this.#known?.upTo ?? 0) >= led.state.last_seq) return;
    } while (now() < end);
  }

  async #read(
    led: LedStream,
    connection: NatsConnection,
    { upTo, extent }: Known,
    segmentBytes: number,
  ): Promise<Content> {
    if (led.config.allow_direct === true) {
      const content = await readDirectly(connection, led, upTo + 1, segmentBytes);
      const now = await extentNow(connection, led.stream, extent);
      const { last, messages } = content.builder.summary;
      // What answers directly may be a copy that lacks some: then the leader is asked for each.
      const lacks = messages > 0 && count(within(liveRanges(now), upTo + 1, last)) > messages;
      const lacksAll = messages === 0 && liveRanges(now).some(([, end]) => end > upTo);
      if (!lacks && !lacksAll) return content;
    }
    const ranges = within(
      liveRanges(await extentNow(connection, led.stream, extent)),
      upTo + 1,
      Number.MAX_SAFE_INTEGER,
    );
    const builder = new SegmentBuilder();
    for await (const entry of readSingly(connection, led.stream, ranges)) {
      builder.add(entry);
      if (builder.size >= segmentBytes) return { builder, isFull: true };
    }
    return { builder, isFull: false };
  }

  async #append(
    led: LedStream,
    connection: NatsConnection,
    known: Known,
    builder: SegmentBuilder,
  ): Promise<void> {
    const { bucket, name, writer, now } = this.#parts;
    // After the messages were read: one that is missing among them is deleted in it.
    const extent = await extentNow(connection, led.stream, known.extent);
    const consumers = await this.#consumersOf(led, connection);
    const texts = { config: JSON.stringify(led.config), consumers: JSON.stringify(consumers) };
    const isAsBefore =
      builder.summary.messages === 0 &&
      JSON.stringify(extent) === JSON.stringify(known.extent) &&
      texts.config === known.config &&
      texts.consumers === known.consumers;
    if (isAsBefore) {
      this.#known = { ...known, at: now() };
      return;
    }
    const changed: { config?: JsonObject; consumers?: readonly ConsumerBackup[] } = {
      ...(texts.config !== known.config && { config: led.config }),
      ...(texts.consumers !== known.consumers && { consumers }),
    };
    const writtenAt = now();
    const segment = builder.finish({
      format: 1,
      epoch: known.epoch.id,
      index: known.nextIndex,
      extent,
      writer,
      writtenAt,
      ...changed,
    });
    if ((await bucket.append(name, segment)) === 'taken') {
      this.#known = undefined;
      return;
    }
    this.#known = afterAppend(known, segment.header, texts, now());
  }

  /** Folds what has become many, and deletes what is no longer needed. */
  async #tidy(led: LedStream, connection: NatsConnection, { keepDays }: WriterSettings): Promise<void> {
    const known = this.#known;
    if (known === undefined || known.nextIndex - known.epoch.nextIndex < FOLD_SEGMENTS) return;
    const { bucket, name, now } = this.#parts;
    // What the manifest says has changed: the next write begins with loading it.
    this.#known = undefined;
    const retained = await this.#foldAndRetain(known.stored, keepDays).catch(async (error: unknown) => {
      if (!isDamage(error)) throw error;
      const stored = await bucket.load(name);
      this.#known = stored && (await this.#beginAnew(led, connection, stored, error.message));
      return undefined;
    });
    const kept = retained && (await dropExpired(bucket, retained, { keepDays, now: now() }));
    if (kept === undefined) return;
    await sweep(bucket, kept, now());
    const epoch = currentEpoch(kept.manifest);
    if (epoch?.id === known.epoch.id) this.#known = { ...known, stored: kept, epoch };
  }

  /** Undefined if another writer was faster. */
  async #foldAndRetain(stored: StoredManifest, keepDays: number): Promise<StoredManifest | undefined> {
    const { bucket, now } = this.#parts;
    const folded = await fold(bucket, stored, { now: now() });
    return folded && retain(bucket, folded, { keepDays, now: now() });
  }
}

function afterAppend(
  known: Known,
  header: SegmentHeader,
  texts: { readonly config: string; readonly consumers: string },
  at: number,
): Known {
  const upTo = header.messages > 0 ? header.last : known.upTo;
  const { extent, writtenAt } = header;
  return { ...known, ...texts, nextIndex: known.nextIndex + 1, upTo, extent, writtenAt, at };
}

/** Up to what the stream had at the look: what comes meanwhile has the next one. */
async function readDirectly(
  connection: NatsConnection,
  { stream, state }: LedStream,
  from: number,
  segmentBytes: number,
): Promise<Content> {
  const builder = new SegmentBuilder();
  let next = from;
  while (builder.size < segmentBytes) {
    if (next > state.last_seq) return { builder, isFull: false };
    const last = await readBatch(connection, stream, next, (entry) => builder.add(entry));
    if (last === undefined) return { builder, isFull: false };
    next = last + 1;
  }
  return { builder, isFull: true };
}

function isOther(extent: Extent, { state }: LedStream): boolean {
  return extent.firstSeq !== state.first_seq || numberOf(extent) !== (state.num_deleted ?? 0);
}
