// A store is known by its id, whatever its URL says.

import { mkdir, symlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { bytes, textOf, useStatePlaces } from '../test/support/state-places.ts';
import type { StateBackend } from './backend.ts';
import { compare } from './compare.ts';
import { cutOver } from './cut-over.ts';
import { StateStandbyError } from './errors.ts';
import { GuardedState } from './guarded-state.ts';
import { IDENTITY_KEY, identified, identifyAnew, known } from './identity.ts';
import { mirrorOnce, prepareMirror } from './mirror.ts';
import { ROLE_KEY, readRole } from './role.ts';
import { setRole } from './set-role.ts';

const { at, urls } = useStatePlaces();
const folder = async () => at(await urls.file());

/** The same store as another URL names it. */
function renamed(state: StateBackend, name: string): StateBackend {
  return {
    name,
    load: (key) => state.load(key),
    store: (key, value, ifMatch) => state.store(key, value, ifMatch),
    list: (prefix) => state.list(prefix),
    watch: (prefix, signal) => state.watch(prefix, signal),
    close: () => state.close(),
  };
}

test('of those who use a store first at the same moment, all have one id, and it is not carried', async () => {
  const [from, to] = [await folder(), await folder()];
  const ids = await Promise.all(Array.from({ length: 6 }, async () => (await identified(from)).id));
  expect(new Set(ids).size).toBe(1);
  await prepareMirror(from, to);
  expect((await known(to)).id).not.toBe(ids[0]);
  expect(await compare(from, to)).toEqual({ same: 0, differ: [], missing: [], extra: [] });
  await expect(new GuardedState(from).store(IDENTITY_KEY, bytes('{}'), null)).rejects.toThrow(
    /is written by/,
  );
});

test('two names of one store are refused, and it takes writes as before', async () => {
  const url = new URL(await urls.file());
  const alias = new URL(`${url.href}-alias`);
  await symlink(url, alias);
  const [from, to] = [await at(url.href), await at(alias.href)];
  await expect(prepareMirror(from, to)).rejects.toThrow(/same store under two names/);
  await new GuardedState(to).store('a', bytes('x'), null);
  expect(await textOf(from, 'a')).toBe('x');
});

test('a store whose host changed in the middle of a cut-over is still the other one', async () => {
  const [from, to] = [await folder(), await folder()];
  await prepareMirror(from, to);
  const down = { ...renamed(to, to.name), store: () => Promise.reject(new Error('it is down')) };
  await expect(cutOver(from, down)).rejects.toThrow(/Run the same command again/);
  await expect(new GuardedState(from).store('a', bytes('x'), null)).rejects.toThrow(StateStandbyError);
  const moved = renamed(to, 'nats-kv://new-host:4222/b');
  expect(await cutOver(from, moved)).toMatchObject({ outcome: 'done' });
  expect((await readRole(to)).role).toMatchObject({ role: 'active' });
  await mirrorOnce(moved, renamed(from, 'r2://b at new-host'));
  expect(await cutOver(moved, from)).toMatchObject({ outcome: 'done' });
});

test.each(['R2', 'NATS KV'] as const)('%s: a prefix within the other one is refused', async (kind) => {
  const url = await urls[kind]();
  const [outer, inner] = [await at(url), await at(`${url}/more`)];
  await expect(prepareMirror(outer, inner)).rejects.toThrow(/lies within/);
  await expect(prepareMirror(inner, outer)).rejects.toThrow(/lies within/);
  await expect(prepareMirror(renamed(outer, 'another name'), inner)).rejects.toThrow(/lies within/);
  expect((await readRole(inner)).role).toBeUndefined();
  await prepareMirror(await at(`${url}-beside`), inner);
});

test('a folder in the other one is refused', async () => {
  const outer = await urls.file();
  await mkdir(new URL(`${outer}/in`));
  await expect(prepareMirror(await at(outer), await at(`${outer}/in`))).rejects.toThrow(/lies within/);
});

test('a role that was written before stores had an id is known by its name, and gets the id', async () => {
  const [from, to] = [await folder(), await folder()];
  const before = { role: 'standby', peer: from.name, since: '2026-01-01T00:00:00.000Z', id: '1' };
  await to.store(ROLE_KEY, bytes(JSON.stringify(before)), null);
  await prepareMirror(from, to);
  expect((await readRole(to)).role).toMatchObject({ role: 'standby', peerId: (await known(from)).id });
  expect(await cutOver(from, to)).toMatchObject({ outcome: 'done' });
});

test('a store that other tools copied gets an id of its own', async () => {
  const [from, to] = [await folder(), await folder()];
  const { id } = await identified(from);
  await to.store(IDENTITY_KEY, bytes(JSON.stringify({ id })), null);
  await expect(prepareMirror(from, to)).rejects.toThrow(/--new-id/);
  expect(await identifyAnew(to)).not.toBe(id);
  await prepareMirror(from, to);
});

test.each(['what', '{}', '{"id":7}'])(
  'an identity that somebody else wrote (%s) is an error in words',
  async (text) => {
    const state = await folder();
    await state.store(IDENTITY_KEY, bytes(text), null);
    await expect(known(state)).rejects.toThrow(/cannot be read.*--new-id/);
    expect(await identifyAnew(state)).toMatch(/^[0-9a-f-]{36}$/);
  },
);

test('with both as standbys, one is made to take the writes by hand, and not two', async () => {
  const [from, to] = [await folder(), await folder()];
  await prepareMirror(from, to);
  await setRole(from, 'standby', { peer: to });
  await setRole(from, 'active', { peer: to, dryRun: true });
  await expect(new GuardedState(from).store('a', bytes('x'), null)).rejects.toThrow(StateStandbyError);
  await setRole(from, 'active', { peer: to });
  await new GuardedState(from).store('a', bytes('x'), null);
  await expect(setRole(to, 'active', { peer: from })).rejects.toThrow(/takes writes too/);
  await setRole(to, 'active', { peer: from, force: true });
  await new GuardedState(to).store('a', bytes('x'), null);
});

test('a role without another store is refused, and one that cannot be read is replaced', async () => {
  const [from, to] = [await folder(), await folder()];
  await expect(setRole(from, 'standby')).rejects.toThrow(/--of names/);
  await from.store(ROLE_KEY, bytes('what'), null);
  await expect(setRole(from, 'active')).rejects.toThrow(/cannot be read/);
  await setRole(to, 'standby', { peer: await folder() });
  await setRole(from, 'active', { peer: to });
  await new GuardedState(from).store('a', bytes('x'), null);
});
