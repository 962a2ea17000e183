// Where state is kept: small values under keys, each changed by compare-and-set. Written against by everything else here,
// and kept by the contract suite (`backend-contract.test.ts`) on every kind of store.
//
// A value that was stored is there for every load and list that begins afterwards, wherever it comes from. Nothing is
// deleted through it: a copy that lacks a key is then behind, and never ahead.

/** A value as it was at one moment. */
export interface Stored {
  readonly value: Uint8Array;
  /** Of this value: it changes whenever another one is stored. Only its own store understands it. */
  readonly etag: string;
}

/** A store of values by key. Keys are those of `keys.ts`. */
export interface StateBackend {
  /** What it is, for messages and markers: two with the same name are the same. Never a secret. */
  readonly name: string;

  /** @returns undefined if there is no such key. @throws StateError if that cannot be found out */
  load(key: string): Promise<Stored | undefined>;

  /**
   * Stores a value in place of the one with the etag `ifMatch`; with null only if there is none.
   *
   * @returns the etag of what is there now
   * @throws StateConflictError if something else is there, which stays as it is
   * @throws StateUnavailableError if it is not known to be stored: it may be
   */
  store(key: string, value: Uint8Array, ifMatch: string | null): Promise<string>;

  /** All keys that begin with `prefix`, sorted. */
  list(prefix: string): Promise<readonly string[]>;

  /**
   * Tells the keys under `prefix` whose values change from now on: what is stored once this has resolved is told. Of
   * several changes of a key it may tell one, and it may tell a key that did not change. It ends with `signal`.
   */
  watch(prefix: string, signal: AbortSignal): Promise<AsyncIterable<string>>;

  close(): Promise<void>;
}
