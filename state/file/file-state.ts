// State in a folder: a file for each value, whose name is its key with "+" for "/". A value is written beside its file and
// renamed over it, under a lock, so a reader finds one value or the other, and of two writers one loses. Names with a dot
// at their beginning are locks, files that are being written, and beside each value the id of its write.
//
// An etag is that id with a hash of the value. The id is written first: who reads in between has a new id with the old
// value, which is the etag of nothing that was ever stored, unless both values are the same.

import { createHash, randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StateBackend, Stored } from '../backend.ts';
import { StateConflictError, StateDeniedError, StateError, StateUnavailableError } from '../errors.ts';
import { checkKey, checkValue, onlyKeys } from '../keys.ts';
import { polledWatch, type Snapshot } from '../polled-watch.ts';
import { withLock } from './lock.ts';

export interface FileStateOptions {
  /** How often a watch looks. Default: a second. */
  readonly pollMs?: number;
}

/** The folder has to be there. */
export class FileState implements StateBackend {
  readonly name: string;
  readonly #folder: string;
  readonly #pollMs: number | undefined;

  constructor(url: URL, { pollMs }: FileStateOptions = {}) {
    this.#folder = fileURLToPath(url).replace(/(?<=.)\/$/, '');
    this.name = url.href.replace(/\/$/, '');
    this.#pollMs = pollMs;
  }

  async load(key: string): Promise<Stored | undefined> {
    checkKey(key);
    return this.#reaching(() => this.#read(key));
  }

  async store(key: string, value: Uint8Array, ifMatch: string | null): Promise<string> {
    checkKey(key);
    checkValue(key, value);
    return this.#reaching(() =>
      withLock(join(this.#folder, `.lock-${nameOf(key)}`), async () => {
        const there = await this.#read(key);
        if ((there?.etag ?? null) !== ifMatch) throw new StateConflictError(this.name, key);
        const write = randomUUID();
        await this.#write(writeNameOf(key), write);
        await this.#write(nameOf(key), value);
        return etagOf(value, write);
      }),
    );
  }

  async list(prefix: string): Promise<readonly string[]> {
    const names = await this.#reaching(() => readdir(this.#folder));
    const keys = names.filter((name) => !name.startsWith('.')).map((name) => name.replaceAll('+', '/'));
    return onlyKeys(this.name, keys).filter((key) => key.startsWith(prefix));
  }

  watch(prefix: string, signal: AbortSignal): Promise<AsyncIterable<string>> {
    return polledWatch(() => this.#snapshot(prefix), signal, this.#pollMs);
  }

  async close(): Promise<void> {}

  /** A file that was replaced is another one, whatever its time. */
  async #snapshot(prefix: string): Promise<Snapshot> {
    const snapshot = new Map<string, string>();
    for (const key of await this.list(prefix)) {
      const { ino, mtimeMs, size } = await this.#reaching(() => stat(this.#pathOf(nameOf(key))));
      snapshot.set(key, `${ino} ${mtimeMs} ${size}`);
    }
    return snapshot;
  }

  async #read(key: string): Promise<Stored | undefined> {
    const write = await this.#writeOf(key);
    try {
      const value = new Uint8Array(await readFile(this.#pathOf(nameOf(key))));
      return { value, etag: etagOf(value, write) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      // No such file, if there is the folder.
      await stat(this.#folder);
      return undefined;
    }
  }

  /** Empty for a value that was stored before writes had an id. */
  async #writeOf(key: string): Promise<string> {
    try {
      return await readFile(this.#pathOf(writeNameOf(key)), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }

  async #write(name: string, value: Uint8Array | string): Promise<void> {
    const temporary = join(this.#folder, `.new-${randomUUID()}`);
    try {
      await using file = await open(temporary, 'wx');
      await file.writeFile(value);
      await file.sync();
      await rename(temporary, this.#pathOf(name));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await using folder = await open(this.#folder);
    await folder.sync();
  }

  #pathOf(name: string): string {
    return join(this.#folder, name);
  }

  async #reaching<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof StateError) throw cause;
      throw this.#inWords(cause as NodeJS.ErrnoException);
    }
  }

  #inWords(cause: NodeJS.ErrnoException): StateError {
    const { code, message } = cause;
    if (code === 'ENOENT')
      return new StateUnavailableError(`There is no folder ${this.#folder}: make it first.`, { cause });
    if (code === 'ENOTDIR')
      return new StateUnavailableError(`${this.#folder} is no folder: name one with --from or --to.`, {
        cause,
      });
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
      return new StateDeniedError(
        `${this.#folder} may not be read or written by this user (${code}): look at its owner and its mode.`,
        { cause },
      );
    }
    return new StateUnavailableError(`${this.#folder} cannot be used: ${message}`, { cause });
  }
}

/** A key holds no "+". */
function nameOf(key: string): string {
  return key.replaceAll('/', '+');
}

function writeNameOf(key: string): string {
  return `.write-${nameOf(key)}`;
}

function etagOf(value: Uint8Array, write: string): string {
  const hash = createHash('sha256').update(value).digest('hex');
  return write === '' ? hash : `${write}-${hash}`;
}
