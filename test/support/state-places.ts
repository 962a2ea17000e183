// New empty places in real stores of each kind, for the tests of a file. What was opened there is closed after each test.

import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { StateBackend } from '../../state/backend.ts';
import { openState } from '../../state/open.ts';
import { secretsOf } from '../../state/secrets.ts';
import { type StateStores, startStateStores } from './state-stores.ts';

export interface StatePlaces {
  /** Those of this file; not before its tests run. */
  readonly stores: StateStores;
  /** The store that a URL names. */
  at(url: string): Promise<StateBackend>;
  /** URLs of new empty places, by the kind of their store. */
  readonly urls: Readonly<Record<'R2' | 'NATS KV' | 'file', () => Promise<string>>>;
}

/** Starts the stores before the tests of a file, and ends them after. */
export function useStatePlaces(): StatePlaces {
  let stores: StateStores | undefined;
  const opened: StateBackend[] = [];
  beforeAll(async () => {
    stores = await startStateStores();
  }, 60_000);
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });
  afterAll(() => stores?.[Symbol.asyncDispose]());
  const started = (): StateStores => {
    if (stores === undefined) throw new Error('the stores are not started yet');
    return stores;
  };
  return {
    get stores() {
      return started();
    },
    at: async (url) => {
      const state = await openState(url, '--at', secretsOf(started().env));
      opened.push(state);
      return state;
    },
    urls: {
      R2: async () => `r2://meridian-state/${randomUUID()}`,
      'NATS KV': async () => `nats-kv://127.0.0.1:${started().natsPort}/meridian-state/${randomUUID()}`,
      file: async () => (await started().newFolder()).href,
    },
  };
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A value as text; undefined if there is none. */
export async function textOf(state: StateBackend, key: string): Promise<string | undefined> {
  const found = await state.load(key);
  return found && new TextDecoder().decode(found.value);
}
