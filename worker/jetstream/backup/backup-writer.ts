// Backs up the streams that a region's server leads, as long as it runs: one after the other, so that at most about three
// segments are in memory. A stream with nothing new costs no request beyond the look at all of them. Where nothing is backed
// up it looks all the same, so that the Keeper hears of each new stream before its only server can be lost.

import type { NatsConnection } from '@nats-io/nats-core';
import { withTimeout } from '../../../waiting/with-timeout.ts';
import { backoffMs } from '../../backoff.ts';
import { messageOf } from '../../message-of.ts';
import { BackupBucket } from '../bucket/backup-bucket.ts';
import { connectWithAny, disconnect } from '../restore/connect.ts';
import { loginsFor } from '../restore/credentials.ts';
import { bytesBehind, type LedPosition, type LedStream, type StreamKey } from './led-streams.ts';
import type { StreamBackupStatus } from './status.ts';
import { StreamWriter, type WriterSettings } from './stream-writer.ts';

/** A stream that takes longer has a bucket or a server that hangs. Enough for folding. */
const STREAM_TIMEOUT_MS = 120_000;

/** After failures the next attempt is at most this far away. */
const RETRY_MAX_MS = 60_000;

/** How often it looks between two rounds: for a stream that the server has begun to lead, and for a segment that is full. */
const LOOK_MS = 2_000;

/** A stop waits this long for the last messages: as long as R2 may take to answer. */
const FLUSH_MS = 12_000;

export interface BackupWriterParts {
  /** Undefined: there are no backups. */
  readonly bucket: R2Bucket | undefined;
  readonly cluster: string;
  readonly region: string;
  readonly settings: () => WriterSettings & { readonly enabled: boolean; readonly everySeconds: number };
  readonly secrets: Parameters<typeof loginsFor>[0];
  /** Asks the server which streams it leads. */
  readonly led: () => Promise<readonly LedStream[]>;
  /** The same, only which they are and how far they have come. */
  readonly leads: () => Promise<readonly LedPosition[]>;
  /** It leads one that it did not lead before. */
  readonly leadsMore: () => void;
  /** Sends an upgrade to the server. */
  readonly dial: (init: RequestInit) => Promise<Response>;
  /** A connection was established, or is about to be closed. */
  readonly countOwn: (change: 1 | -1) => void;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** A stream that is led now. */
interface Entry {
  readonly writer: StreamWriter;
  /** When a look last found it backed up whole, or it was first seen: ms since the epoch. */
  wholeAt: number;
  failures: number;
  notBefore: number;
  problem: string | undefined;
  /** What the writer said last, though it may have failed since. */
  upTo: number | undefined;
  writtenAt: number | undefined;
}

export class BackupWriter {
  readonly #parts: BackupWriterParts;
  readonly #bucket: BackupBucket | undefined;
  readonly #entries = new Map<string, Entry>();
  readonly #connections: Connections;
  /** The streams that the server led when the last round began, also those that are not backed up now. */
  #seen: ReadonlySet<string> = new Set();
  #isOn = false;
  #isClosing = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #round: Promise<void> | undefined;
  /** When the last round that ended had begun, or the server: ms since the epoch. */
  #roundAt = 0;

  constructor(parts: BackupWriterParts) {
    this.#parts = parts;
    this.#bucket = parts.bucket && new BackupBucket(parts.bucket);
    this.#connections = new Connections(parts);
  }

  /** The server runs. */
  begin(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#isClosing = false;
    this.#roundAt = this.#parts.now();
    this.#next();
  }

  /** The server has ended. */
  end(): void {
    this.#isOn = false;
    clearTimeout(this.#timer);
    this.#entries.clear();
    this.#seen = new Set();
    this.#connections.closeAll();
  }

  /** The server says that it is about to stop, perhaps not for the first time. */
  async closing(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    await this.flush();
  }

  /** Backs up what there is before the server stops. Never rejects, and takes a few seconds at most. */
  async flush(): Promise<void> {
    if (!this.#isOn || !this.#writes()) return;
    const { region } = this.#parts;
    const late = `it took longer than ${FLUSH_MS} ms`;
    // A round that is under way may have looked before the last message came.
    const last = (this.#round ?? Promise.resolve()).then(() => this.#run());
    await withTimeout(last, FLUSH_MS, late).catch((error) => {
      console.error(`region ${region}: the last messages may not be backed up: ${messageOf(error)}`);
    });
  }

  /** @throws Error if the server does not answer: what is not backed up is then unknown */
  async status(): Promise<readonly StreamBackupStatus[]> {
    if (!this.#isOn || !this.#writes()) return [];
    const now = this.#parts.now();
    // One that no round has come to has waited since the last one.
    return (await this.#parts.led()).map((led) =>
      statusOf(led, this.#entries.get(keyOf(led)), now, this.#roundAt),
    );
  }

  /** Whether streams are backed up. If not, it is only looked which there are. */
  #writes(): boolean {
    return this.#bucket !== undefined && this.#parts.settings().enabled;
  }

  #next(last: EndedRound = { tookMs: 0, filled: false }): void {
    this.#lookUntil(this.#parts.now() + pauseMs(this.#parts.settings(), last));
  }

  /**
   * The next round is due then, or as soon as one that failed may be tried again, a stream has a segment full of what is not
   * written, so that a load that comes out of rest does not wait, or the server leads a stream that it did not lead before: it was made, or its leader is gone, and what that had not backed up must not wait for another interval.
   */
  #lookUntil(dueAt: number): void {
    clearTimeout(this.#timer);
    if (!this.#isOn) return;
    const look = async () => {
      if (this.#parts.now() >= dueAt || this.#retriesNow() || (await this.#hasMore()))
        await this.#roundAndNext();
      else this.#lookUntil(dueAt);
    };
    this.#timer = setTimeout(() => void look(), Math.min(LOOK_MS, Math.max(0, dueAt - this.#parts.now())));
  }

  #retriesNow(): boolean {
    const now = this.#parts.now();
    return [...this.#entries.values()].some(({ failures, notBefore }) => failures > 0 && notBefore <= now);
  }

  /** Than when the last round began. False if the server does not say: the next round will. */
  async #hasMore(): Promise<boolean> {
    const leads = await this.#parts.leads().catch(() => []);
    return leads.some((stream) => !this.#seen.has(keyOf(stream)) || this.#fillsSegment(stream));
  }

  #fillsSegment(stream: LedPosition): boolean {
    const { upTo, failures = 0 } = this.#entries.get(keyOf(stream)) ?? {};
    // One that fails has its own time.
    if (upTo === undefined || failures > 0 || !this.#writes()) return false;
    return bytesBehind(stream, upTo) >= this.#parts.settings().segmentBytes;
  }

  async #roundAndNext(): Promise<void> {
    const begunAt = this.#parts.now();
    await this.#run();
    const filled = [...this.#entries.values()].some(({ writer }) => writer.filled);
    this.#next({ tookMs: this.#parts.now() - begunAt, filled });
  }

  /** A round, or the one that is under way. Never rejects. */
  #run(): Promise<void> {
    this.#round ??= this.#once()
      .catch((error) => {
        console.warn(
          `region ${this.#parts.region}: which streams to back up is unknown: ${messageOf(error)}`,
        );
      })
      .finally(() => {
        this.#round = undefined;
      });
    return this.#round;
  }

  async #once(): Promise<void> {
    const settings = this.#parts.settings();
    if (!this.#isOn) return;
    const lookedAt = this.#parts.now();
    const [leads, streams] = await Promise.all([
      this.#parts.leads(),
      this.#writes() ? this.#parts.led() : [],
    ]);
    const seen = new Set([...leads, ...streams].map(keyOf));
    if ([...seen].some((key) => !this.#seen.has(key))) this.#parts.leadsMore();
    this.#seen = seen;
    this.#forgetOthers(streams);
    for (const led of streams) {
      if (!this.#isOn) return;
      await this.#backUp(led, lookedAt, settings);
    }
    this.#connections.closeUnused();
    this.#roundAt = lookedAt;
  }

  async #backUp(led: LedStream, lookedAt: number, settings: WriterSettings): Promise<void> {
    const entry = this.#entryOf(led, lookedAt);
    const { now, region } = this.#parts;
    if (entry === undefined || now() < entry.notBefore) return;
    const { writer } = entry;
    try {
      if (writer.hasNews(led)) {
        const writing = writer.write(led, () => this.#connections.of(led.account), settings);
        entry.problem = await withTimeout(
          writing,
          STREAM_TIMEOUT_MS,
          'R2 or nats-server has not answered for two minutes',
        );
      }
      entry.failures = 0;
      if (writer.upTo !== undefined) entry.upTo = writer.upTo;
      if (writer.writtenAt !== undefined) entry.writtenAt = writer.writtenAt;
      if (isWhole(writer, led)) entry.wholeAt = lookedAt;
    } catch (error) {
      entry.failures += 1;
      entry.notBefore = now() + backoffMs(entry.failures, RETRY_MAX_MS, Math.random());
      entry.problem = messageOf(error);
      // One that hangs must not go on beside the next attempt, under what it knows.
      this.#entries.set(keyOf(led), { ...entry, writer: this.#writerOf(led) });
      console.error(
        `region ${region}: stream ${led.stream} of ${led.account} is not backed up: ${entry.problem}`,
      );
    }
  }

  #entryOf(led: LedStream, lookedAt: number): Entry {
    const known = this.#entries.get(keyOf(led));
    if (known !== undefined) return known;
    const entry: Entry = {
      writer: this.#writerOf(led),
      wholeAt: lookedAt,
      failures: 0,
      notBefore: 0,
      problem: undefined,
      upTo: undefined,
      writtenAt: undefined,
    };
    this.#entries.set(keyOf(led), entry);
    return entry;
  }

  #writerOf({ account, stream }: LedStream): StreamWriter {
    const { cluster, region, now } = this.#parts;
    if (this.#bucket === undefined) throw new Error('there is no bucket');
    return new StreamWriter({
      bucket: this.#bucket,
      name: { cluster, account, stream },
      writer: region,
      now,
    });
  }

  /** Of a stream that another server has led meanwhile nothing is known any longer. */
  #forgetOthers(streams: readonly LedStream[]): void {
    const led = new Set(streams.map(keyOf));
    for (const key of this.#entries.keys()) if (!led.has(key)) this.#entries.delete(key);
  }
}

/**
 * Connections to the server, one for each account. They stay as long as each round needs them: a server that is about to
 * stop takes no new ones.
 */
class Connections {
  readonly #parts: BackupWriterParts;
  readonly #open = new Map<string, NatsConnection>();
  readonly #used = new Set<string>();

  constructor(parts: BackupWriterParts) {
    this.#parts = parts;
  }

  async of(account: string): Promise<NatsConnection> {
    this.#used.add(account);
    const open = this.#open.get(account);
    if (open !== undefined && !open.isClosed()) return open;
    const { dial, secrets, countOwn } = this.#parts;
    const connection = await connectWithAny((_url, init) => dial(init), loginsFor(secrets, account));
    countOwn(1);
    this.#open.set(account, connection);
    void connection.closed().then(() => this.#forget(account, connection));
    return connection;
  }

  /** Those that were not used since the last call. */
  closeUnused(): void {
    const unused = [...this.#open.keys()].filter((account) => !this.#used.has(account));
    this.#used.clear();
    this.#close(unused);
  }

  closeAll(): void {
    this.#close([...this.#open.keys()]);
  }

  #close(accounts: readonly string[]): void {
    for (const account of accounts) {
      const connection = this.#open.get(account);
      if (connection === undefined) continue;
      // Before the server counts one fewer.
      this.#forget(account, connection);
      disconnect(connection);
    }
  }

  #forget(account: string, connection: NatsConnection): void {
    if (this.#open.get(account) !== connection) return;
    this.#open.delete(account);
    this.#parts.countOwn(-1);
  }
}

/** A round that has ended. */
interface EndedRound {
  /** How long it took. */
  readonly tookMs: number;
  /** Whether a segment in it was closed since it was full: then bytes make the writes, and not how often rounds begin. */
  readonly filled: boolean;
}

/**
 * Time from the end of a round to the next. What is stored just after the look of a round waits for all of the next one:
 * for pause and two rounds, of which the next may take twice as long under a growing load. That should not be longer
 * than `everySeconds`. Rounds that take longer than a sixth of it, since there are many streams, can not keep that at the
 * price of twice the writes: then it is at most `everySeconds` and the time of a round, as with rounds that begin every
 * `everySeconds`. Rounds that take longer than that follow each other at once.
 */
export function pauseMs(
  { everySeconds }: { readonly everySeconds: number },
  { tookMs, filled }: EndedRound,
): number {
  const everyMs = everySeconds * 1_000;
  const least = filled ? 0 : Math.min(everyMs / 2, everyMs - tookMs);
  return Math.max(0, everyMs - 3 * tookMs, least);
}

function isWhole(writer: StreamWriter, led: LedStream): boolean {
  return !writer.hasNews(led) || (writer.upTo ?? -1) >= led.state.last_seq;
}

function statusOf(
  led: LedStream,
  entry: Entry | undefined,
  now: number,
  roundAt: number,
): StreamBackupStatus {
  const { account, stream, state } = led;
  const { writer, problem, wholeAt, upTo = 0, writtenAt } = entry ?? {};
  // Deleted ones are counted with them, as long as nobody has looked.
  const unwritten = Math.max(0, state.last_seq - Math.max(upTo, state.first_seq - 1));
  const lagMessages = writer !== undefined && isWhole(writer, led) ? 0 : unwritten;
  return {
    account,
    stream,
    lagMessages,
    lagMs: lagMessages === 0 ? 0 : now - (wholeAt ?? roundAt),
    ...(writtenAt !== undefined && { lastWrittenAt: writtenAt }),
    ...(problem !== undefined && { problem }),
  };
}

function keyOf({ account, stream }: StreamKey): string {
  return JSON.stringify([account, stream]);
}
