// A stream's archive as the two files that `nats backup` writes and reads: backup.json and stream.arc.s2 in a folder.

import { createWriteStream } from 'node:fs';
import { mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import {
  ArchiveError,
  type ArchiveMeta,
  archiveHead,
  DATA_FILE,
  META_FILE,
  metaOf,
  openArchive,
} from '../api/archive.ts';
import { bytesText } from './backup-text.ts';
import { CommandError, EXIT } from './exit.ts';
import { interruptible } from './interrupt.ts';
import { type ProgressOut, progressOn } from './progress.ts';

/** The name under which `nats backup` wrote archives before nats-server 2.15; they are of another format. */
const OLD_DATA_FILE = 'stream.tar.s2';

/**
 * Writes an archive into a new folder. Of one that breaks off nothing is left.
 * @returns the bytes of stream.arc.s2. @throws CommandError if the folder is there, or the archive is none
 */
export async function writeFolder(
  folder: string,
  archive: ReadableStream<Uint8Array>,
  out: ProgressOut = process.stderr,
): Promise<number> {
  try {
    await mkdir(folder);
  } catch (cause) {
    await archive.cancel();
    const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    const why = isThere ? 'it is there already' : (cause as Error).message;
    throw new CommandError(EXIT.refused, `Cannot make the folder ${folder}: ${why}.`, { cause });
  }
  const progress = progressOn(out);
  try {
    const { meta, data } = await openArchive(archive);
    let written = 0;
    const counted = async function* (source: AsyncIterable<Uint8Array>) {
      for await (const chunk of source) {
        written += chunk.byteLength;
        if (out.isTTY) progress.show(`${bytesText(written)} written`, undefined);
        yield chunk;
      }
    };
    const file = createWriteStream(join(folder, DATA_FILE), { flags: 'wx' });
    await interruptible(
      (signal) => pipeline(Readable.fromWeb(data as NodeReadableStream), counted, file, { signal }),
      () => rm(folder, { recursive: true }),
    );
    await writeFile(join(folder, META_FILE), `${JSON.stringify(meta, null, 2)}\n`);
    return written;
  } catch (cause) {
    await rm(folder, { recursive: true });
    throw new CommandError(
      EXIT.noServer,
      `The archive broke off, and nothing was kept: ${(cause as Error).message}.`,
      {
        details: { code: 'broken_off' },
        cause,
      },
    );
  } finally {
    progress.end();
  }
}

/** A folder, opened. */
export interface BackupFolder {
  /** The name of the stream in it. */
  readonly stream: string;
  /** Of stream.arc.s2. */
  readonly bytes: number;
  /** The archive as the API takes it. */
  readonly archive: (out?: ProgressOut) => ReadableStream<Uint8Array>;
}

/** @throws CommandError if it is not what `nats backup` writes */
export async function readFolder(folder: string): Promise<BackupFolder> {
  const meta = await metaIn(folder);
  const { name } = meta.config;
  if (typeof name !== 'string' || name === '') {
    throw notABackup(folder, `${META_FILE} does not say the name of the stream`);
  }
  const path = join(folder, DATA_FILE);
  const bytes = await sizeOf(folder, path);
  const archive = (out: ProgressOut = process.stderr) =>
    Readable.toWeb(Readable.from(partsOf(meta, path, bytes, out))) as ReadableStream<Uint8Array>;
  return { stream: name, bytes, archive };
}

async function metaIn(folder: string): Promise<ArchiveMeta> {
  try {
    return metaOf(await readFile(join(folder, META_FILE)));
  } catch (error) {
    if (error instanceof ArchiveError) throw notABackup(folder, error.message);
    throw notABackup(folder, `${META_FILE} cannot be read: ${(error as Error).message}`);
  }
}

async function sizeOf(folder: string, path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    const isOld = await stat(join(folder, OLD_DATA_FILE)).then(
      () => true,
      () => false,
    );
    throw notABackup(
      folder,
      isOld
        ? `it has ${OLD_DATA_FILE}, the format before nats-server 2.15: restore it with \`nats backup restore\`, and the stream is backed up from then on`
        : `${DATA_FILE} cannot be read: ${(cause as Error).message}`,
    );
  }
}

async function* partsOf(
  meta: ArchiveMeta,
  path: string,
  bytes: number,
  out: ProgressOut,
): AsyncGenerator<Uint8Array> {
  const progress = progressOn(out);
  yield archiveHead(meta);
  const file = await open(path);
  let sent = 0;
  try {
    for await (const chunk of file.createReadStream() as AsyncIterable<Uint8Array>) {
      yield chunk;
      sent += chunk.byteLength;
      if (out.isTTY) progress.show(`${bytesText(sent)} of ${bytesText(bytes)} sent`, sent / bytes);
    }
  } finally {
    if (out.isTTY) progress.end();
    await file.close();
  }
}

function notABackup(folder: string, why: string): CommandError {
  return new CommandError(
    EXIT.refused,
    `${folder} is no backup of a stream as \`nats backup\` writes it: ${why}.`,
    {
      details: { code: 'bad_archive' },
    },
  );
}
