// The archive of a stream as the API sends and takes it: one file that restores by itself.
//
// `nats backup` writes a folder with two files: backup.json, which has the stream's configuration, and stream.arc.s2,
// the messages. Here backup.json precedes the messages, in a chunk of the S2 format (klauspost/compress, s2) that its
// readers skip: identifier, skippable chunk, and then stream.arc.s2 as it is.

/** What is in backup.json, as far as Meridian uses it. */
export interface ArchiveMeta {
  /** Of the stream, as nats-server has it. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly state?: Readonly<Record<string, unknown>>;
}

export const ARCHIVE_TYPE = 'application/vnd.meridian.stream-archive';

/** The names of the two files, as `nats backup` writes and reads them. */
export const META_FILE = 'backup.json';
export const DATA_FILE = 'stream.arc.s2';

/** Begins each S2 stream; it may be repeated. */
const IDENTIFIER = Uint8Array.of(0xff, 0x06, 0x00, 0x00, 0x53, 0x32, 0x73, 0x54, 0x77, 0x4f);

/** One of the types that readers skip, 0x80 to 0xfd. */
const META_CHUNK = 0xa6;

/** Type and length. */
const CHUNK_HEAD_BYTES = 4;

/** A configuration with thousands of subjects fits in. */
const MAX_META_BYTES = 1024 * 1024;

/** The archive does not begin as it should. The message says what is there instead. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/** What precedes stream.arc.s2. @throws ArchiveError if it is too long */
export function archiveHead(meta: ArchiveMeta): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(meta));
  if (json.byteLength > MAX_META_BYTES) {
    throw new ArchiveError(`${META_FILE} has ${json.byteLength} bytes, more than ${MAX_META_BYTES}`);
  }
  const { byteLength } = json;
  const head = [META_CHUNK, byteLength & 0xff, (byteLength >> 8) & 0xff, byteLength >> 16];
  return Uint8Array.of(...IDENTIFIER, ...head, ...json);
}

/** An archive, opened: backup.json, and stream.arc.s2 as a stream. */
export interface OpenArchive {
  readonly meta: ArchiveMeta;
  readonly data: ReadableStream<Uint8Array>;
}

/**
 * Takes the head off. Of the rest nothing is checked, nor read before it is asked for.
 * @throws ArchiveError if it has none
 */
export async function openArchive(archive: ReadableStream<Uint8Array>): Promise<OpenArchive> {
  const source = new ByteSource(archive);
  try {
    const begin = await source.take(IDENTIFIER.byteLength);
    if (!IDENTIFIER.every((byte, at) => begin[at] === byte)) {
      throw new ArchiveError('this is no archive of a stream: it does not begin as an S2 file does');
    }
    const [type, low = 0, middle = 0, high = 0] = await source.take(CHUNK_HEAD_BYTES);
    const length = low | (middle << 8) | (high << 16);
    if (type !== META_CHUNK) {
      throw new ArchiveError(
        `there is no ${META_FILE} in it: ${DATA_FILE} alone does not say how its stream is configured. \`regions backup import\` takes the folder that has both`,
      );
    }
    if (length > MAX_META_BYTES)
      throw new ArchiveError(`its ${META_FILE} is longer than ${MAX_META_BYTES} bytes`);
    return { meta: metaOf(await source.take(length)), data: source.rest() };
  } catch (error) {
    await source.cancel(error);
    throw error;
  }
}

/** The JSON of a backup.json. @throws ArchiveError if it is none */
export function metaOf(bytes: Uint8Array): ArchiveMeta {
  let meta: Partial<ArchiveMeta> | null;
  try {
    meta = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new ArchiveError(`its ${META_FILE} is not JSON`);
  }
  const { config, state } = meta ?? {};
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new ArchiveError(`its ${META_FILE} has no configuration of a stream (config)`);
  }
  return { config, ...(typeof state === 'object' && state !== null && { state }) };
}

/** Reads a stream by numbers of bytes, and gives the rest back as a stream. */
class ByteSource {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #left: Uint8Array = new Uint8Array();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  async take(count: number): Promise<Uint8Array> {
    const taken = new Uint8Array(count);
    let have = 0;
    while (have < count) {
      if (this.#left.byteLength === 0) {
        const { done, value } = await this.#reader.read();
        if (done) throw new ArchiveError('the archive ends in its first bytes: it is torn');
        this.#left = value;
      }
      const part = this.#left.subarray(0, count - have);
      taken.set(part, have);
      have += part.byteLength;
      this.#left = this.#left.subarray(part.byteLength);
    }
    return taken;
  }

  rest(): ReadableStream<Uint8Array> {
    const reader = this.#reader;
    let left = this.#left;
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (left.byteLength > 0) {
          controller.enqueue(left);
          left = new Uint8Array();
          return;
        }
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    });
  }

  async cancel(reason: unknown): Promise<void> {
    await this.#reader.cancel(reason).catch(() => undefined);
  }
}
