// What every kind of store keeps: one suite on R2's S3 API, on a nats-server's KV bucket, and on a folder.

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bytes, textOf, useStatePlaces } from '../test/support/state-places.ts';
import type { StateBackend } from './backend.ts';
import { StateConflictError, StateInvalidError } from './errors.ts';
import { MAX_KEY_LENGTH, MAX_VALUE_BYTES } from './keys.ts';

const { at, urls } = useStatePlaces();

describe.each(Object.entries(urls))('%s', (_kind, place) => {
  /** Two writers of one store, as two processes have them. */
  async function two(): Promise<readonly [StateBackend, StateBackend]> {
    const url = await place();
    return [await at(url), await at(url)];
  }
  const one = async () => at(await place());

  test('a key that is missing is undefined, and is in no list', async () => {
    const state = await one();
    expect(await state.load('config/latest.json')).toBeUndefined();
    expect(await state.list('')).toEqual([]);
  });

  test('the first store creates, and another one reads it', async () => {
    const [here, there] = await two();
    const etag = await here.store('config/latest.json', bytes('one'), null);
    expect(await there.load('config/latest.json')).toEqual({ value: bytes('one'), etag });
  });

  test('a store with the etag replaces, and the etag changes', async () => {
    const state = await one();
    const first = await state.store('a', bytes('one'), null);
    const second = await state.store('a', bytes('two'), first);
    expect(second).not.toBe(first);
    expect(await state.load('a')).toEqual({ value: bytes('two'), etag: second });
  });

  test('a store with an etag of before is a conflict, and what is there stays', async () => {
    const [here, there] = await two();
    const first = await here.store('a', bytes('one'), null);
    await there.store('a', bytes('two'), first);
    await expect(here.store('a', bytes('three'), first)).rejects.toThrow(StateConflictError);
    await expect(here.store('a', bytes('three'), null)).rejects.toThrow(StateConflictError);
    expect(await textOf(here, 'a')).toBe('two');
  });

  test('a value that is put back to what it was has another etag: whoever saw it before has lost', async () => {
    const [here, there] = await two();
    const seen = await here.store('a', bytes('one'), null);
    const other = await there.store('a', bytes('two'), seen);
    const back = await there.store('a', bytes('one'), other);
    expect(back).not.toBe(seen);
    await expect(here.store('a', bytes('three'), seen)).rejects.toThrow(StateConflictError);
    expect(await here.load('a')).toEqual({ value: bytes('one'), etag: back });
  });

  test('a value that is stored again as it is has another etag', async () => {
    const state = await one();
    const first = await state.store('a', bytes('same'), null);
    expect(await state.store('a', bytes('same'), first)).not.toBe(first);
    await expect(state.store('a', bytes('other'), first)).rejects.toThrow(StateConflictError);
  });

  test('a store with an etag of a key that is missing is a conflict, and creates nothing', async () => {
    const state = await one();
    const etag = await state.store('a', bytes('one'), null);
    await expect(state.store('b', bytes('two'), etag)).rejects.toThrow(StateConflictError);
    expect(await state.list('')).toEqual(['a']);
  });

  test('of writers at the same moment one wins, and the others know that they lost', async () => {
    const [here, there] = await two();
    const first = await here.store('a', bytes('start'), null);
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => (n % 2 ? here : there).store('a', bytes(`writer ${n}`), first)),
    );
    const winners = results.flatMap(({ status }, n) => (status === 'fulfilled' ? [n] : []));
    expect(winners).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(StateConflictError);
    expect(await textOf(here, 'a')).toBe(`writer ${winners[0]}`);
  });

  test('counted by several at once, nothing is lost', { timeout: 60_000 }, async () => {
    const [here, there] = await two();
    const add = async (state: StateBackend): Promise<void> => {
      const now = await state.load('count');
      const next = bytes(String(Number(new TextDecoder().decode(now?.value)) + 1));
      try {
        await state.store('count', next, now?.etag ?? null);
      } catch (error) {
        if (!(error instanceof StateConflictError)) throw error;
        return add(state);
      }
    };
    await Promise.all(Array.from({ length: 12 }, (_, n) => add(n % 2 ? here : there)));
    expect(await textOf(here, 'count')).toBe('12');
  });

  test('a list is of a prefix, sorted, and of nothing beside it', async () => {
    const state = await one();
    for (const key of ['b', 'config/versions/2.json', 'config/versions/10.json', 'configs', 'config'])
      await state.store(key, bytes(key), null);
    expect(await state.list('config/')).toEqual(['config/versions/10.json', 'config/versions/2.json']);
    expect(await state.list('')).toHaveLength(5);
    expect(await state.list('none')).toEqual([]);
  });

  test('binary values, an empty one, and one of a MiB come back as they were', async () => {
    const state = await one();
    const values = [
      new Uint8Array(),
      new Uint8Array([0, 255, 13, 10, 0]),
      new Uint8Array(randomBytes(1 << 20)),
    ];
    for (const [n, value] of values.entries()) {
      await state.store(`value-${n}`, value, null);
      expect((await state.load(`value-${n}`))?.value).toEqual(value);
    }
    expect(await state.list('')).toEqual(['value-0', 'value-1', 'value-2']);
  });

  test('a large value is replaced by a small one and by another large one', async () => {
    const state = await one();
    const large = () => new Uint8Array(randomBytes(700_000));
    let etag = await state.store('a', large(), null);
    etag = await state.store('a', bytes('small'), etag);
    expect(await textOf(state, 'a')).toBe('small');
    const last = large();
    etag = await state.store('a', large(), etag);
    await state.store('a', last, etag);
    expect((await state.load('a'))?.value).toEqual(last);
    await expect(state.store('a', large(), etag)).rejects.toThrow(StateConflictError);
    expect((await state.load('a'))?.value).toEqual(last);
  });

  test('the largest value is taken, and one byte more is refused', { timeout: 60_000 }, async () => {
    const state = await one();
    const largest = new Uint8Array(MAX_VALUE_BYTES).fill(7);
    await state.store('a', largest, null);
    expect((await state.load('a'))?.value.byteLength).toBe(MAX_VALUE_BYTES);
    const more = new Uint8Array(MAX_VALUE_BYTES + 1);
    await expect(state.store('b', more, null)).rejects.toThrow(StateInvalidError);
    expect(await state.list('')).toEqual(['a']);
  });

  test.each([
    '',
    '/a',
    'a/',
    'a//b',
    '../a',
    'a/../b',
    '.a',
    'a.',
    'a..b',
    'a b',
    'a+b',
    'a=b',
    'ä',
    '*',
    '>',
  ])('the key "%s" is refused', async (key) => {
    const state = await one();
    await expect(state.load(key)).rejects.toThrow(StateInvalidError);
    await expect(state.store(key, bytes('x'), null)).rejects.toThrow(StateInvalidError);
  });

  test('the longest key is taken, and a longer one refused', async () => {
    const state = await one();
    const longest = 'k'.repeat(MAX_KEY_LENGTH);
    await state.store(longest, bytes('x'), null);
    expect(await state.list('')).toEqual([longest]);
    await expect(state.store(`${longest}k`, bytes('x'), null)).rejects.toThrow(StateInvalidError);
  });

  test('a watch tells what is stored from then on, of its prefix, and ends', async () => {
    const [here, there] = await two();
    await here.store('config/before', bytes('x'), null);
    const stop = new AbortController();
    const seen = new Set<string>();
    const changes = await here.watch('config/', stop.signal);
    await there.store('other', bytes('x'), null);
    await there.store('config/one', bytes('x'), null);
    await there.store('config/large', new Uint8Array(randomBytes(700_000)), null);
    for await (const key of changes) {
      seen.add(key);
      if (seen.has('config/one') && seen.has('config/large')) stop.abort();
    }
    expect([...seen].sort()).toEqual(['config/large', 'config/one']);
  });
});
