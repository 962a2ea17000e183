// State in a JetStream KV bucket: of Synadia, of an edge, of any NATS servers. The etag is the revision. Everything is read
// from the stream's leader, since another replica may be behind. The bucket has to be there.

import { randomBytes } from 'node:crypto';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { type KV, Kvm, KvWatchInclude } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import type { StateBackend, Stored } from '../backend.ts';
import { StateConflictError, type StateError, StateUnavailableError } from '../errors.ts';
import { checkKey, checkValue, onlyKeys } from '../keys.ts';
import { isLostRace, kvError } from './kv-errors.ts';
import { isPartKey, joined, needsParts, type Parts, partKeyOf, partsIn, sha256Of, split } from './parts.ts';

/** Parts disappear while they are read only when their value is replaced. */
const MAX_READS = 5;

/** Keys of a list that are looked at side by side. */
const LOOKS_AT_ONCE = 16;

export interface NatsKvStateOptions {
  readonly name: string;
  readonly bucket: string;
  /** Empty, or with a `/` at its end. */
  readonly prefix: string;
}

export class NatsKvState implements StateBackend {
  readonly name: string;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #connection: NatsConnection;
  readonly #kv: KV;
  readonly #manager: JetStreamManager;

  private constructor(
    { name, bucket, prefix }: NatsKvStateOptions,
    connection: NatsConnection,
    { kv, manager }: { readonly kv: KV; readonly manager: JetStreamManager },
  ) {
    this.name = name;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#connection = connection;
    this.#kv = kv;
    this.#manager = manager;
  }

  /** Takes the connection, and closes it at the end. @throws StateError if there is no such bucket */
  static async open(connection: NatsConnection, options: NatsKvStateOptions): Promise<NatsKvState> {
    try {
      const manager = await jetstreamManager(connection, { checkAPI: false });
      await manager.streams.info(streamOf(options.bucket));
      const kv = await new Kvm(connection).open(options.bucket, { allow_direct: false });
      return new NatsKvState(options, connection, { kv, manager });
    } catch (error) {
      await connection.close();
      throw kvError(options.name, options.bucket, error);
    }
  }

  async load(key: string): Promise<Stored | undefined> {
    checkKey(key);
    return this.#reaching(async () => {
      for (let read = 0; read < MAX_READS; read += 1) {
        const found = await this.#entry(key);
        if (found === undefined) return undefined;
        const parts = partsIn(found.value);
        const value = parts === undefined ? found.value : await this.#whole(key, parts);
        if (value !== undefined) return { value, etag: found.etag };
      }
      throw new StateUnavailableError(`${this.name} has not all parts of ${key}: somebody deleted some.`);
    });
  }

  async store(key: string, value: Uint8Array, ifMatch: string | null): Promise<string> {
    checkKey(key);
    checkValue(key, value);
    return this.#reaching(async () => {
      const before = await this.#entry(key);
      if ((before?.etag ?? null) !== ifMatch) throw new StateConflictError(this.name, key);
      const etag = await this.#storeWhole(key, value, ifMatch);
      const replaced = before === undefined ? undefined : partsIn(before.value);
      if (replaced !== undefined) await this.#deleteParts(key, replaced);
      return etag;
    });
  }

  async list(prefix: string): Promise<readonly string[]> {
    return this.#reaching(async () => {
      const subject = `$KV.${this.#bucket}.`;
      const { state } = await this.#manager.streams.info(streamOf(this.#bucket), {
        subjects_filter: `${subject}>`,
      });
      const keys = Object.keys(state.subjects ?? {}).map((each) => each.slice(subject.length));
      const ours = keys.filter((key) => !isPartKey(key) && key.startsWith(this.#prefix));
      // A key that was deleted is in the stream as well.
      const there = await this.#thatAreThere(ours.map((key) => key.slice(this.#prefix.length)));
      return onlyKeys(this.name, there).filter((key) => key.startsWith(prefix));
    });
  }

  async watch(prefix: string, signal: AbortSignal): Promise<AsyncIterable<string>> {
    const start = this.#prefix + prefix;
    return this.#reaching(async () => {
      const include = KvWatchInclude.UpdatesOnly;
      const entries = await this.#kv.watch({ key: '>', headers_only: true, include });
      const stop = () => entries.stop();
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      const length = this.#prefix.length;
      return (async function* () {
        for await (const { key } of entries)
          if (key.startsWith(start) && !isPartKey(key)) yield key.slice(length);
      })();
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** What stands under the key itself; undefined if it was deleted. */
  async #entry(key: string): Promise<Stored | undefined> {
    const entry = await this.#kv.get(this.#prefix + key);
    if (entry?.operation !== 'PUT') return undefined;
    return { value: entry.value, etag: String(entry.revision) };
  }

  async #whole(key: string, { id, count, sha256 }: Parts): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    for (let n = 0; n < count; n += 1) {
      const part = await this.#kv.get(partKeyOf(this.#prefix + key, id, n));
      if (part?.operation !== 'PUT') return undefined;
      parts.push(part.value);
    }
    const value = joined(parts);
    return sha256Of(value) === sha256 ? value : undefined;
  }

  async #storeWhole(key: string, value: Uint8Array, ifMatch: string | null): Promise<string> {
    if (!needsParts(value)) return this.#compareAndSet(key, value, ifMatch);
    const id = randomBytes(16).toString('hex');
    const { list, parts } = split(value, id);
    for (const [n, part] of parts.entries()) await this.#kv.put(partKeyOf(this.#prefix + key, id, n), part);
    try {
      return await this.#compareAndSet(key, list, ifMatch);
    } catch (error) {
      // Otherwise it may be stored, and needs them.
      if (error instanceof StateConflictError)
        await this.#deleteParts(key, { id, count: parts.length, sha256: '' });
      throw error;
    }
  }

  async #compareAndSet(key: string, value: Uint8Array, ifMatch: string | null): Promise<string> {
    const whole = this.#prefix + key;
    try {
      const revision =
        ifMatch === null
          ? await this.#kv.create(whole, value)
          : await this.#kv.update(whole, value, Number(ifMatch));
      return String(revision);
    } catch (cause) {
      throw isLostRace(cause) ? new StateConflictError(this.name, key, { cause }) : cause;
    }
  }

  async #deleteParts(key: string, { id, count }: Parts): Promise<void> {
    for (let n = 0; n < count; n += 1) await this.#kv.purge(partKeyOf(this.#prefix + key, id, n));
  }

  async #thatAreThere(keys: readonly string[]): Promise<readonly string[]> {
    const there: string[] = [];
    const rest = [...keys];
    const look = async () => {
      for (let key = rest.pop(); key !== undefined; key = rest.pop())
        if ((await this.#entry(key)) !== undefined) there.push(key);
    };
    await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, look));
    return there;
  }

  async #reaching<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#inWords(error);
    }
  }

  #inWords(error: unknown): StateError {
    return kvError(this.name, this.#bucket, error);
  }
}

function streamOf(bucket: string): string {
  return `KV_${bucket}`;
}
