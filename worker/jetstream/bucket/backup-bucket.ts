// The backups of streams in R2: manifests by compare-and-set, the log of which each index is written once, folded
// segments. Errors name the stream and the object.

import { withTimeout } from '../../../waiting/with-timeout.ts';
import { messageOf } from '../../message-of.ts';
import { giveBack } from '../../s2/bytes.ts';
import type { ArchiveEntry } from '../archive/entry.ts';
import {
  type HeaderChunk,
  headerChunkSize,
  type NewSegment,
  readSegment,
  readSegmentHeader,
} from '../archive/segment.ts';
import type { LogSegment } from '../manifest/backup-state.ts';
import { misplacedManifest, misplacedSegment } from '../manifest/belonging.ts';
import { clusterPrefix, lastNameOf, logIndexOf, logKey, logPrefix, manifestKey } from '../manifest/keys.ts';
import type { Epoch, Manifest, StreamName } from '../manifest/manifest.ts';
import { parseManifest, parseSegmentSummary } from '../manifest/parse.ts';
import {
  type SegmentHeader,
  type SegmentSummary,
  type StoredSegment,
  summaryOf,
} from '../manifest/segment-header.ts';
import { BackupError } from './backup-error.ts';
import { putInPieces } from './put-in-pieces.ts';
import { asked, noAnswer } from './r2-answers.ts';

/** A manifest, and the etag that a change of it must match. */
export interface StoredManifest {
  readonly manifest: Manifest;
  readonly etag: string;
}

/** Which object, and how large it is, in bytes. */
export type ObjectPlace = Pick<StoredSegment, 'key' | 'size'>;

/** Enough for most headers in one read. */
const HEADER_READ_BYTES = 32_768;

/** R2 answers within seconds, or not at all. Each piece of an object has as long. */
const ANSWER_TIMEOUT_MS = 10_000;

/** In an object's metadata: the summary of its segment, as JSON, so that a listing tells what is in a log. */
const SUMMARY_METADATA = 'segment';

/** Reads at a time: an object may wait for six answers at once. */
const PARALLEL_READS = 5;

export class BackupBucket {
  readonly #bucket: R2Bucket;
  readonly #answerMs: number;

  /** @param answerMs R2 fails if it has not answered for so long */
  constructor(bucket: R2Bucket, answerMs = ANSWER_TIMEOUT_MS) {
    this.#bucket = bucket;
    this.#answerMs = answerMs;
  }

  /** The bucket itself. */
  get r2(): R2Bucket {
    return this.#bucket;
  }

  /** The streams of a cluster that have a backup. Costs one class A operation an account, and one more. */
  async streams(cluster: string): Promise<StreamName[]> {
    const streams: StreamName[] = [];
    for await (const name of this.streamsFrom(cluster)) streams.push(name);
    return streams;
  }

  /**
   * The same, one after the other, in the order of their prefixes: what is not asked for is not listed.
   *
   * @param after the prefix of a stream: those behind it
   */
  async *streamsFrom(cluster: string, after = ''): AsyncGenerator<StreamName, void> {
    for (const accountPrefix of await this.#folders(clusterPrefix(cluster))) {
      // The streams of an account that comes before are before too.
      if (accountPrefix < after && !after.startsWith(accountPrefix)) continue;
      const account = lastNameOf(accountPrefix);
      for (const prefix of await this.#folders(accountPrefix)) {
        if (prefix > after) yield { cluster, account, stream: lastNameOf(prefix) };
      }
    }
  }

  /**
   * The manifest of a stream; undefined if it has none.
   *
   * @throws BackupError if it is damaged, another stream's, or R2 does not answer
   */
  async load(name: StreamName): Promise<StoredManifest | undefined> {
    const key = manifestKey(name);
    const object = await this.#asked(name, key, () => this.#bucket.get(key));
    if (object === null) return undefined;
    const parsed = parseManifest(await this.#asked(name, key, () => object.text()));
    if (!parsed.ok)
      throw new BackupError('damaged', `the manifest can't be read: ${parsed.problem}`, { name, key });
    const misplaced = misplacedManifest(name, parsed.value);
    if (misplaced !== undefined) throw new BackupError('damaged', misplaced, { name, key });
    return { manifest: parsed.value, etag: object.etag };
  }

  /** The etag of a manifest, whatever is in it; undefined if there is none. */
  async etagOf(name: StreamName): Promise<string | undefined> {
    const key = manifestKey(name);
    return (await this.#asked(name, key, () => this.#bucket.head(key)))?.etag;
  }

  /**
   * Writes a manifest, unless another has changed it since.
   *
   * @param etag of the one it was made from; undefined if there was none
   * @returns the new etag; undefined if another was faster: load it again
   */
  async save(manifest: Manifest, etag: string | undefined): Promise<string | undefined> {
    const key = manifestKey(manifest);
    const onlyIf = etag === undefined ? { etagDoesNotMatch: '*' } : { etagMatches: etag };
    const text = JSON.stringify(manifest);
    // What can't be read again must not replace what can.
    const parsed = parseManifest(text);
    if (!parsed.ok) throw new RangeError(`The manifest ${key} must not be written: ${parsed.problem}`);
    const written = await this.#asked(manifest, key, () =>
      this.#bucket.put(key, text, {
        onlyIf,
        httpMetadata: { contentType: 'application/json' },
      }),
    );
    return written?.etag;
  }

  /**
   * Writes the next segment of the log, and takes its pieces. One class A operation.
   *
   * @returns `taken` if there is one of that index: another writer goes on with this log
   */
  async append(name: StreamName, { header, pieces, size }: NewSegment): Promise<'written' | 'taken'> {
    const key = logKey(name, header.epoch, header.index);
    const written = await this.#put(name, key, taken(pieces), size, {
      onlyIf: { etagDoesNotMatch: '*' },
      customMetadata: { [SUMMARY_METADATA]: JSON.stringify(summaryOf(header)) },
    });
    if (written !== null) return 'written';
    // R2 may have written what it then failed to answer: whoever tries again finds what is its own.
    const there = await this.header(name, { key, size });
    return isSame(there.header, header) ? 'written' : 'taken';
  }

  /** The segments of an epoch's log that are not folded, in the order of their indexes. Reads the header of each. */
  async log(name: StreamName, epoch: Epoch): Promise<StoredSegment[]> {
    const segments = await this.#logObjects(name, epoch);
    return inParallel(segments, ({ key, size }) => this.header(name, { key, size }));
  }

  /**
   * The same, with the last of them whole and the others in short, as the listing tells them: one read, and one for each that
   * an earlier version wrote.
   */
  async logInShort(name: StreamName, epoch: Epoch): Promise<LogSegment[]> {
    const segments = await this.#logObjects(name, epoch);
    const last = segments.at(-1);
    return inParallel(segments, (object) => {
      const summary = object === last ? undefined : summaryIn(object);
      const { key, size } = object;
      return summary === undefined ? this.header(name, { key, size }) : { key, size, header: summary };
    });
  }

  async #logObjects(name: StreamName, epoch: Epoch): Promise<R2Object[]> {
    const prefix = logPrefix(name, epoch.id);
    const after = epoch.nextIndex === 0 ? undefined : logKey(name, epoch.id, epoch.nextIndex - 1);
    const objects = await this.list(name, prefix, after);
    return objects.filter(({ key }) => logIndexOf(key) !== undefined);
  }

  /** All segments of an epoch with their whole headers: of folded ones too, which the manifest does not have whole. */
  async segments(name: StreamName, epoch: Epoch): Promise<StoredSegment[]> {
    const folded = await inParallel(epoch.folded, async (segment) => {
      const { header, ...rest } = await this.header(name, segment);
      // An object of the log that was taken over as it is has the same messages.
      return { ...rest, header };
    });
    return [...folded, ...(await this.log(name, epoch))];
  }

  /** A segment's header. */
  async header(name: StreamName, segment: ObjectPlace): Promise<StoredSegment> {
    const { header } = await this.headerChunk(name, segment);
    return { key: segment.key, size: segment.size, header };
  }

  /**
   * A segment's header, and how many bytes of the object it takes.
   *
   * @throws BackupError if it is not there, damaged, or another segment than that of the key; or if R2 does not answer
   */
  async headerChunk(name: StreamName, place: ObjectPlace): Promise<HeaderChunk> {
    const chunk = await this.#chunk(name, place);
    const misplaced = misplacedSegment(place.key, chunk.header);
    if (misplaced === undefined) return chunk;
    throw new BackupError('damaged', misplaced, { name, key: place.key });
  }

  async #chunk(name: StreamName, { key, size }: ObjectPlace): Promise<HeaderChunk> {
    const start = await this.#range(name, key, Math.min(size, HEADER_READ_BYTES));
    try {
      const length = headerChunkSize(start);
      return readSegmentHeader(
        length <= start.length ? start : await this.#range(name, key, Math.min(size, length)),
      );
    } catch (cause) {
      throw damaged(name, key, cause);
    }
  }

  /**
   * A segment's bytes, its header included, as they come.
   *
   * @throws BackupError, while it is read too: if it is not there, or R2 stops
   */
  async *body(name: StreamName, { key }: Pick<StoredSegment, 'key'>): AsyncGenerator<Uint8Array> {
    const object = await this.#asked(name, key, () => this.#bucket.get(key));
    if (object === null) throw missing(name, key);
    const reader = object.body.getReader();
    try {
      while (true) {
        const { done, value } = await this.#asked(name, key, () => reader.read());
        if (done) return;
        yield value;
      }
    } finally {
      // What is left is of no use to anybody, whether or not it can still be cancelled.
      await reader.cancel().catch(() => {});
    }
  }

  /** A segment's messages, as many at a time as came together. */
  async *entries(name: StreamName, segment: StoredSegment<SegmentSummary>): AsyncGenerator<ArchiveEntry[]> {
    try {
      yield* readSegment(this.body(name, segment));
    } catch (cause) {
      throw damaged(name, segment.key, cause);
    }
  }

  /** Writes an object whose bytes come in pieces and whose length is known. */
  async putStream(
    name: StreamName,
    key: string,
    source: AsyncIterable<Uint8Array>,
    size: number,
  ): Promise<void> {
    await this.#put(name, key, source, size);
  }

  /** Objects below a prefix, in the order of their keys. One class A operation for each thousand. */
  async list(name: StreamName, prefix: string, startAfter?: string): Promise<R2Object[]> {
    const objects: R2Object[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#asked(name, prefix, () =>
        this.#bucket.list({
          prefix,
          include: ['customMetadata'],
          ...(startAfter === undefined ? {} : { startAfter }),
          ...(cursor === undefined ? {} : { cursor }),
        }),
      );
      objects.push(...page.objects);
      cursor = page.truncated ? page.cursor : undefined;
    } while (cursor !== undefined);
    return objects;
  }

  /** Whether there is any object below a prefix. */
  async hasObjects(name: StreamName, prefix: string): Promise<boolean> {
    const { objects } = await this.#asked(name, prefix, () => this.#bucket.list({ prefix, limit: 1 }));
    return objects.length > 0;
  }

  /** Deletes objects; those that are not there are no error. */
  async remove(name: StreamName, keys: readonly string[]): Promise<void> {
    // R2 takes a thousand at a time.
    for (let n = 0; n < keys.length; n += 1000) {
      await this.#asked(name, keys[n], () => this.#bucket.delete(keys.slice(n, n + 1000)));
    }
  }

  /** Null if a condition does not hold. */
  #put(
    name: StreamName,
    key: string,
    source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    size: number,
    options?: R2PutOptions,
  ): Promise<R2Object | null> {
    return putInPieces({
      source,
      size,
      answerMs: this.#answerMs,
      put: (body, stalled) =>
        asked(name, key, () => Promise.race([this.#bucket.put(key, body, options), stalled])),
    });
  }

  async #range(name: StreamName, key: string, length: number): Promise<Uint8Array> {
    const object = await this.#asked(name, key, () =>
      this.#bucket.get(key, { range: { offset: 0, length } }),
    );
    if (object === null) throw missing(name, key);
    return new Uint8Array(await this.#asked(name, key, () => object.arrayBuffer()));
  }

  async #folders(prefix: string): Promise<string[]> {
    const folders: string[] = [];
    let cursor: string | undefined;
    do {
      const options = { prefix, delimiter: '/', ...(cursor === undefined ? {} : { cursor }) };
      const page = await this.#asked(undefined, prefix, () => this.#bucket.list(options));
      folders.push(...page.delimitedPrefixes);
      cursor = page.truncated ? page.cursor : undefined;
    } while (cursor !== undefined);
    // Those of a page come in the order of their keys; miniflare's do not.
    return folders.toSorted(byCharacters);
  }

  #asked<T>(name: StreamName | undefined, key: string | undefined, ask: () => Promise<T>): Promise<T> {
    return asked(name, key, () => withTimeout(ask(), this.#answerMs, noAnswer(this.#answerMs)));
  }
}

/** By their characters' codes, as R2 orders keys. */
function byCharacters(one: string, other: string): number {
  return one < other ? -1 : 1;
}

/** The pieces, each of which is gone afterwards. */
function* taken(pieces: Uint8Array[]): Generator<Uint8Array> {
  for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
    yield piece;
    giveBack(piece);
  }
}

/** Undefined if it has none, or not that of its place: its header then says what is wrong. */
function summaryIn({ key, customMetadata }: R2Object): SegmentSummary | undefined {
  const parsed = parseSegmentSummary(customMetadata?.[SUMMARY_METADATA] ?? '');
  return parsed.ok && misplacedSegment(key, parsed.value) === undefined ? parsed.value : undefined;
}

function isSame(a: SegmentHeader, b: SegmentHeader): boolean {
  return (
    a.writer === b.writer && a.writtenAt === b.writtenAt && a.last === b.last && a.messages === b.messages
  );
}

export function missing(name: StreamName, key: string): BackupError {
  return new BackupError('missing', 'a segment is missing; somebody has deleted it from the bucket', {
    name,
    key,
  });
}

/** The error, with the stream and the object if it names none. */
export function damaged(name: StreamName, key: string, cause: unknown): BackupError {
  if (cause instanceof BackupError) return cause;
  return new BackupError('damaged', `a segment is damaged: ${messageOf(cause)}`, { name, key, cause });
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => R | Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let n = 0; n < items.length; n += PARALLEL_READS) {
    results.push(...(await Promise.all(items.slice(n, n + PARALLEL_READS).map(work))));
  }
  return results;
}
