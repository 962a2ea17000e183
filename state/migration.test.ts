// State moves from one store to another: mirrored, compared, cut over, and back, while writers go on.

import { describe, expect, test } from 'vitest';
import { bytes, textOf, useStatePlaces } from '../test/support/state-places.ts';
import { waitFor } from '../waiting/wait-for.ts';
import type { StateBackend } from './backend.ts';
import { compare } from './compare.ts';
import { copyKey } from './copy-key.ts';
import { cutOver } from './cut-over.ts';
import { StateConflictError, StateInvalidError, StateStandbyError, StateUnavailableError } from './errors.ts';
import { GuardedState } from './guarded-state.ts';
import { follow, type MirrorEvent, mirrorOnce, prepareMirror } from './mirror.ts';
import { MirroredState } from './mirrored-state.ts';
import { ROLE_KEY, readRole } from './role.ts';

const { at, urls } = useStatePlaces();
const folder = async () => at(await urls.file());
const bucket = async () => at(await urls.R2());
const kv = async () => at(await urls['NATS KV']());

async function mirrored(from: StateBackend, to: StateBackend) {
  await prepareMirror(from, to);
  return mirrorOnce(from, to);
}

/** The same store, in which something happens before a call. */
function interrupted(
  state: StateBackend,
  before: Partial<Record<'load' | 'store' | 'list', (key: string) => unknown>>,
) {
  return {
    name: state.name,
    load: async (key: string) => {
      await before.load?.(key);
      return state.load(key);
    },
    store: async (key: string, value: Uint8Array, ifMatch: string | null) => {
      await before.store?.(key);
      return state.store(key, value, ifMatch);
    },
    list: async (prefix: string) => {
      await before.list?.(prefix);
      return state.list(prefix);
    },
    watch: (prefix: string, signal: AbortSignal) => state.watch(prefix, signal),
    close: () => state.close(),
  } satisfies StateBackend;
}

const DOWN = new StateUnavailableError('it is down');
const fail = () => Promise.reject(DOWN);

describe.each([
  ['a folder to R2', folder, bucket],
  ['R2 to NATS KV', bucket, kv],
  ['NATS KV to a folder', kv, folder],
] as const)('%s', (_name, makeFrom, makeTo) => {
  test('mirror, cut-over, writes, mirror back, roll-back', async () => {
    const [from, to] = [await makeFrom(), await makeTo()];
    const [oldWriter, newWriter] = [new GuardedState(from), new GuardedState(to)];
    const first = await oldWriter.store('config/a', bytes('one'), null);
    await oldWriter.store('large', new Uint8Array(700_000).fill(3), null);
    expect(await mirrored(from, to)).toEqual({ same: 0, created: 2, replaced: 0, extra: [] });
    await oldWriter.store('config/a', bytes('two'), first);
    expect(await cutOver(from, to)).toMatchObject({
      outcome: 'refused',
      comparison: { differ: ['config/a'] },
    });
    expect(await mirrorOnce(from, to)).toMatchObject({ same: 1, replaced: 1 });
    await expect(newWriter.store('b', bytes('x'), null)).rejects.toThrow(StateStandbyError);

    expect(await cutOver(from, to)).toMatchObject({ outcome: 'done', comparison: { same: 2 } });
    await expect(oldWriter.store('b', bytes('x'), null)).rejects.toThrow(StateStandbyError);
    await newWriter.store('config/a', bytes('three'), (await to.load('config/a'))?.etag ?? null);
    expect(await cutOver(from, to)).toEqual({ outcome: 'already' });
    await expect(mirrorOnce(from, to)).rejects.toThrow(StateStandbyError);

    expect(await cutOver(to, from)).toMatchObject({
      outcome: 'refused',
      comparison: { differ: ['config/a'] },
    });
    await mirrored(to, from);
    expect(await cutOver(to, from)).toMatchObject({ outcome: 'done' });
    await expect(newWriter.store('b', bytes('x'), null)).rejects.toThrow(StateStandbyError);
    await oldWriter.store('b', bytes('x'), null);
    expect(await textOf(from, 'config/a')).toBe('three');
  });

  test('of writers that go on all the time, none loses what was acknowledged', {
    timeout: 60_000,
  }, async () => {
    const [from, to] = [await makeFrom(), await makeTo()];
    const stop = new AbortController();
    const events: MirrorEvent[] = [];
    await prepareMirror(from, to);
    const tell = (event: MirrorEvent) => void events.push(event);
    const mirror = follow(from, to, { signal: stop.signal, tell, everyMs: 1_500 });
    const acknowledged = new Map<string, string>();
    const refused: unknown[] = [];
    const write = async (writer: number) => {
      for (let n = 0; refused.length === 0; n += 1) {
        const key = `writer-${writer}`;
        try {
          await new GuardedState(from).store(key, bytes(`${n}`), (await from.load(key))?.etag ?? null);
          acknowledged.set(key, `${n}`);
          // As fast as R2 takes one key would be an hour of this test; several a second are enough for a race.
          await new Promise((resolve) => setTimeout(resolve, 20 + writer * 150));
        } catch (error) {
          refused.push(error);
        }
      }
    };
    const ended = expect(mirror).rejects.toThrow(StateStandbyError);
    const writers = Promise.all([0, 1, 2].map(write));
    const tried = await waitFor('a cut-over', { timeoutMs: 40_000, pollMs: 50 }, async () => {
      if (acknowledged.size < 3) return false;
      const { outcome } = await cutOver(from, to, { finish: true });
      return outcome === 'done' && outcome;
    });
    expect(tried).toBe('done');
    await writers;
    await ended;
    for (const error of refused) expect(error).toBeInstanceOf(StateStandbyError);
    for (const [key, value] of acknowledged)
      expect(Number(await textOf(to, key)), key).toBeGreaterThanOrEqual(Number(value));
    expect(events.some(({ event }) => event === 'pass')).toBe(true);
  });
});

test('a mirror that goes on brings each change, and tells of an outage and its end', async () => {
  const [from, to] = [await kv(), await folder()];
  await prepareMirror(from, to);
  let isDown = false;
  const gate = () => (isDown ? fail() : undefined);
  const copy = interrupted(to, { load: gate, list: gate });
  const stop = new AbortController();
  const events: MirrorEvent[] = [];
  const tell = (event: MirrorEvent) => void events.push(event);
  const mirror = follow(from, copy, { signal: stop.signal, tell, everyMs: 60_000 });
  await waitFor('the first pass', { timeoutMs: 10_000 }, () => events.length > 0);
  await from.store('a', bytes('one'), null);
  await waitFor('the copy', { timeoutMs: 10_000 }, async () => (await textOf(to, 'a')) === 'one');
  isDown = true;
  await from.store('b', bytes('two'), null);
  await waitFor('the failure', { timeoutMs: 10_000 }, () => events.some(({ event }) => event === 'failed'));
  isDown = false;
  await waitFor('the other copy', { timeoutMs: 10_000 }, async () => (await textOf(to, 'b')) === 'two');
  const isCaughtUp = () => events.find(({ event }) => event === 'caught-up');
  const failed = events.find(({ event }) => event === 'failed');
  expect(await waitFor('its end', { timeoutMs: 10_000 }, isCaughtUp)).toEqual({
    event: 'caught-up',
    since: failed?.event === 'failed' && failed.since,
    keys: 1,
  });
  stop.abort();
  await mirror;
  expect(events.filter(({ event }) => event === 'caught-up')).toHaveLength(1);
});

test('a comparison names what differs, what is missing and what is too much', async () => {
  const [from, to] = [await folder(), await folder()];
  for (const key of ['same', 'differs', 'missing']) await from.store(key, bytes(key), null);
  for (const key of ['same', 'extra']) await to.store(key, bytes(key), null);
  await to.store('differs', bytes('differz'), null);
  const compared = { same: 1, differ: ['differs'], missing: ['missing'], extra: ['extra'] };
  expect(await compare(from, to)).toEqual(compared);
});

test('a store that holds other values becomes a copy only if they may be replaced', async () => {
  const [from, to] = [await folder(), await folder()];
  await from.store('a', bytes('right'), null);
  await to.store('a', bytes('precious'), null);
  await expect(prepareMirror(from, to)).rejects.toThrow(/holds other values, such as a .*--overwrite/);
  expect(await textOf(to, 'a')).toBe('precious');
  expect((await readRole(to)).role).toBeUndefined();
  await prepareMirror(from, to, { overwrite: true });
  await mirrorOnce(from, to);
  expect(await textOf(to, 'a')).toBe('right');
});

test('a store is neither its own copy nor that of two, and one in use becomes none', async () => {
  const [from, to, other] = [await folder(), await folder(), await folder()];
  await expect(prepareMirror(from, from)).rejects.toThrow(/same store/);
  await prepareMirror(from, to);
  await expect(prepareMirror(other, to)).rejects.toThrow(/is the copy of/);
  await expect(prepareMirror(to, other)).rejects.toThrow(StateStandbyError);
  await cutOver(from, to);
  await expect(prepareMirror(other, to)).rejects.toThrow(/is in use/);
});

test('a cut-over needs a mirror, and a roll-back a cut-over', async () => {
  const [from, to] = [await folder(), await folder()];
  await expect(cutOver(from, to)).rejects.toThrow(/was never mirrored/);
  await prepareMirror(from, to);
  expect(await cutOver(to, from)).toEqual({ outcome: 'already' });
});

test('a dry run changes nothing', async () => {
  const [from, to] = [await folder(), await folder()];
  await mirrored(from, to);
  expect(await cutOver(from, to, { dryRun: true })).toMatchObject({ outcome: 'would-do' });
  await new GuardedState(from).store('a', bytes('x'), null);
});

test('a write that comes while a cut-over compares is carried', async () => {
  const [from, to] = [await folder(), await folder()];
  await mirrored(from, to);
  let lists = 0;
  // Past the first comparison, and past the writer's look at the role.
  const racing = interrupted(from, {
    list: async () => {
      lists += 1;
      if (lists === 2) await from.store('late', bytes('x'), null);
    },
  });
  expect(await cutOver(racing, to)).toMatchObject({ outcome: 'done' });
  expect(await textOf(to, 'late')).toBe('x');
});

test('what only the copy has keeps a cut-over from being done, and the store takes writes as before', async () => {
  const [from, to] = [await folder(), await folder()];
  await mirrored(from, to);
  let lists = 0;
  const racing = interrupted(from, {
    list: async () => {
      lists += 1;
      if (lists === 2) await to.store('extra', bytes('x'), null);
    },
  });
  expect(await cutOver(racing, to)).toMatchObject({ outcome: 'refused', comparison: { extra: ['extra'] } });
  expect(await cutOver(from, to, { finish: true })).toMatchObject({ outcome: 'refused' });
  await new GuardedState(from).store('later', bytes('x'), null);
});

test('writers are refused first, and what is left is carried then, if that is asked for', async () => {
  const [from, to] = [await folder(), await folder()];
  await mirrored(from, to);
  await from.store('left', bytes('x'), null);
  expect(await cutOver(from, to)).toMatchObject({ outcome: 'refused' });
  expect(await cutOver(from, to, { finish: true })).toMatchObject({ outcome: 'done' });
  expect(await textOf(to, 'left')).toBe('x');
});

test('a writer whose store is cut over under its hands is told that it was too late', async () => {
  const [from, to] = [await folder(), await folder()];
  await mirrored(from, to);
  const slow = new GuardedState(interrupted(from, { store: () => cutOver(from, to) }));
  await expect(slow.store('late', bytes('x'), null)).rejects.toThrow(StateStandbyError);
});

test('a mirror that is slow does not overwrite what came after the cut-over', async () => {
  const [from, to] = [await folder(), await folder()];
  await mirrored(from, to);
  await from.store('a', bytes('old'), null);
  const stale = await to.store('a', bytes('stale'), null);
  let loads = 0;
  // The mirror has read the copy and the role by then.
  const slow = interrupted(from, {
    load: async (key) => {
      if (key !== 'a') return;
      loads += 1;
      if (loads > 1) return;
      const etag = await to.store('a', bytes('old'), stale);
      expect(await cutOver(from, to)).toMatchObject({ outcome: 'done' });
      await new GuardedState(to).store('a', bytes('new'), etag);
    },
  });
  await expect(copyKey(slow, to, 'a')).rejects.toThrow(StateStandbyError);
  expect(await textOf(to, 'a')).toBe('new');
});

test('somebody who writes to the copy while the last is carried leaves the store as it was, taking writes', async () => {
  const [from, to] = [await folder(), await folder()];
  await from.store('a', bytes('one'), null);
  await mirrored(from, to);
  let lists = 0;
  const racing = interrupted(from, {
    list: async () => {
      lists += 1;
      if (lists === 2) await from.store('a', bytes('two'), (await from.load('a'))?.etag ?? null);
    },
  });
  let writes = 0;
  const written = interrupted(to, {
    store: async (key) => {
      writes += 1;
      if (key === 'a') await to.store('a', bytes(`mine ${writes}`), (await to.load('a'))?.etag ?? null);
    },
  });
  await expect(cutOver(racing, written)).rejects.toThrow(StateConflictError);
  await new GuardedState(from).store('b', bytes('goes on'), null);
});

test('of a cut-over and a roll-back at the same moment at most one is done, and one store takes writes', async () => {
  for (let round = 0; round < 5; round += 1) {
    const [from, to] = [await folder(), await folder()];
    await mirrored(from, to);
    await cutOver(from, to);
    const results = await Promise.allSettled([cutOver(to, from), cutOver(to, from), cutOver(from, to)]);
    for (const result of results)
      if (result.status === 'rejected')
        expect([StateConflictError, StateInvalidError]).toContain(result.reason.constructor);
    const roles = [(await readRole(from)).role?.role, (await readRole(to)).role?.role];
    expect(roles.filter((role) => role === 'active').length, roles.join()).toBeLessThanOrEqual(1);
    // Whatever came of it, it can be brought to an end.
    await waitFor(
      'an end',
      { timeoutMs: 5_000 },
      async () => (await cutOver(from, to)).outcome !== 'refused',
    );
    await new GuardedState(to).store('a', bytes('x'), null);
  }
});

test('when the copy goes down after the store was closed, neither or the store takes writes, and it can be repeated', async () => {
  const [from, to] = [await folder(), await folder()];
  await mirrored(from, to);
  let lists = 0;
  const downInBetween = interrupted(to, {
    list: () => {
      lists += 1;
      return lists === 2 ? fail() : undefined;
    },
  });
  await expect(cutOver(from, downInBetween)).rejects.toThrow(DOWN);
  await new GuardedState(from).store('a', bytes('x'), null);
  await mirrorOnce(from, to);
  await expect(cutOver(from, interrupted(to, { store: fail }))).rejects.toThrow(/Run the same command again/);
  await expect(new GuardedState(from).store('a', bytes('x'), null)).rejects.toThrow(StateStandbyError);
  await expect(new GuardedState(to).store('a', bytes('x'), null)).rejects.toThrow(StateStandbyError);
  expect(await cutOver(from, to)).toMatchObject({ outcome: 'done' });
});

describe('a store that writes both', () => {
  test('writes both, reads the old one, and counts where the new one differs', async () => {
    const [from, to] = [await folder(), await folder()];
    await mirrored(from, to);
    const both = new MirroredState(from, to, () => {});
    const etag = await both.store('a', bytes('one'), null);
    expect([await textOf(from, 'a'), await textOf(to, 'a')]).toEqual(['one', 'one']);
    await both.load('a');
    expect(both.counts).toEqual({ compared: 1, differed: 0, failed: 0 });
    await from.store('a', bytes('two'), etag);
    expect(await textOf(both, 'a')).toBe('two');
    expect(both.counts).toEqual({ compared: 2, differed: 1, failed: 0 });
  });

  test('goes on without the new one, and tells so; without the old one it does not', async () => {
    const [from, to] = [await folder(), await folder()];
    await mirrored(from, to);
    const failures: unknown[] = [];
    const without = interrupted(to, { load: fail, store: fail });
    const both = new MirroredState(from, without, (error) => failures.push(error));
    await both.store('a', bytes('one'), null);
    expect(await textOf(both, 'a')).toBe('one');
    expect(failures).toEqual([DOWN, DOWN]);
    expect(both.counts).toEqual({ compared: 0, differed: 0, failed: 2 });
    const oldDown = new MirroredState(interrupted(from, { load: fail, store: fail }), to, () => {});
    await expect(oldDown.store('b', bytes('x'), null)).rejects.toThrow(DOWN);
    expect(await textOf(to, 'b')).toBeUndefined();
  });
});

test('the role of a store is written by nobody else, and not carried', async () => {
  const [from, to] = [await folder(), await folder()];
  await mirrored(from, to);
  await expect(new GuardedState(from).store(ROLE_KEY, bytes('{}'), null)).rejects.toThrow(StateInvalidError);
  await cutOver(from, to);
  expect(await compare(from, to)).toEqual({ same: 0, differ: [], missing: [], extra: [] });
  await from.store('x', bytes('x'), null);
});

test('a role that somebody else wrote is an error in words', async () => {
  const state = await folder();
  await state.store(ROLE_KEY, bytes('what'), null);
  await expect(new GuardedState(state).store('a', bytes('x'), null)).rejects.toThrow(/cannot be read/);
});
