// The ConfigStore inside workerd: a real Durable Object with its SQLite, and real KV.

import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { createHash } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { CHAIN_BEGIN, checkChain } from '../../api/audit-chain.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import '../../test/support/workerd/config-bindings.ts';
import { configOf, region, withRegion } from '../../test/support/data/sample-config.ts';
import { eventually } from '../../test/support/workerd/eventually.ts';
import { type AuditEvent, AuditTable, ENTRIES_KEPT } from './audit-table.ts';
import type { ConfigStore } from './config-store.ts';
import type { PublishedConfig } from './published-config.ts';
import type { EditOutcome } from './store-calls.ts';

const deployed = configOf([region('weur'), region('enam')]);
const weighing = (weight: number) => withRegion(deployed, 'weur', { weight });

let stores = 0;

/** A new store for each test; everything else uses the one named `config`. */
function newStore(): DurableObjectStub<ConfigStore> {
  stores += 1;
  return env.CONFIG_STORE.getByName(`test ${stores}`);
}

const author = { author: 'ann', force: false, deployed };

function put(store: DurableObjectStub<ConfigStore>, base: number, config: unknown, message = '') {
  return store.put({ ...author, base, config, message }) as Promise<EditOutcome>;
}

/** Stores weights from `from` to `to` as the versions of these numbers. */
async function fill(store: DurableObjectStub<ConfigStore>, from: number, to: number): Promise<void> {
  for (let version = from; version <= to; version += 1) {
    expect(await put(store, version - 1, weighing(version))).toMatchObject({ kind: 'stored' });
  }
}

async function publishedConfig(): Promise<PublishedConfig | undefined> {
  return (await env.CONFIG.get<PublishedConfig>('current', 'json')) ?? undefined;
}

test('a version is stored with its author, time and message', async () => {
  const store = newStore();
  expect(await store.current()).toBeUndefined();
  const outcome = await put(store, 0, weighing(50), 'less');
  expect(outcome).toMatchObject({
    kind: 'stored',
    changes: [{ path: 'regions.weur.weight', from: 100, to: 50 }],
  });
  const current = await store.current();
  expect(current).toEqual({
    version: 1,
    author: 'ann',
    time: expect.any(Number),
    message: 'less',
    changes: 1,
    config: weighing(50),
  });
  expect(await store.version(1)).toEqual(current);
  expect(await store.version(2)).toBeUndefined();
});

test('of two edits at once one wins, and the other is told what changed', async () => {
  const store = newStore();
  await fill(store, 1, 1);
  const outcomes = await Promise.all([
    put(store, 1, weighing(20), 'one'),
    put(store, 1, weighing(30), 'two'),
  ]);
  expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['conflict', 'stored']);
  const winner = outcomes.find((outcome) => outcome.kind === 'stored');
  const loser = outcomes.find((outcome) => outcome.kind === 'conflict');
  expect((await store.current())?.config).toEqual(winner?.stored.config);
  expect(loser).toMatchObject({
    current: 2,
    changes: [{ path: 'regions.weur.weight', from: 1, to: winner?.stored.config.regions[0]?.weight }],
    versions: [{ version: 2, author: 'ann', message: winner?.stored.message }],
  });
});

test('an edit that is not valid, needs a deploy, or serves nobody is never stored, and is in the audit log', async () => {
  const store = newStore();
  const nobody = withRegion(withRegion(deployed, 'weur', { drain: true }), 'enam', { drain: true });
  const refused = [3, { regions: 'weur' }, configOf([region('weur')]), nobody];
  const outcomes = [];
  for (const config of refused) outcomes.push((await put(store, 0, config)).kind);
  expect(outcomes).toEqual(['invalid', 'invalid', 'needs_deploy', 'last_region']);
  expect(await store.current()).toBeUndefined();
  expect(await store.history({ limit: 10 })).toEqual([]);
  const log = await store.auditLog({ limit: 10 });
  expect(log.map(({ outcome }) => outcome)).toEqual(outcomes.toReversed());
  expect(log[0]).toMatchObject({ actor: 'ann', action: 'put', from: 0, to: null });
});

test('the last 100 versions are kept', async () => {
  const store = newStore();
  await fill(store, 1, 100);
  expect(await store.version(1)).toMatchObject({ version: 1 });
  await fill(store, 101, 101);
  expect(await store.version(1)).toBeUndefined();
  expect(await store.version(2)).toMatchObject({ version: 2 });
  const history = await store.history({ limit: 200 });
  expect(history.map(({ version }) => version)).toEqual(
    Array.from({ length: 100 }, (_, index) => 101 - index),
  );
  expect(await store.history({ before: 4, limit: 200 })).toMatchObject([{ version: 3 }, { version: 2 }]);
  expect(await put(store, 1, weighing(5))).toMatchObject({ kind: 'conflict', current: 101, changes: [] });
});

test('a rollback stores a new version with the old content', async () => {
  const store = newStore();
  await fill(store, 1, 3);
  const rollback = (version: number, base: number) =>
    store.rollback({ ...author, version, base, message: 'back' }) as Promise<EditOutcome>;
  expect(await rollback(1, 2)).toMatchObject({ kind: 'conflict', current: 3 });
  expect(await rollback(9, 3)).toEqual({ kind: 'no_such_version' });
  expect(await rollback(1, 3)).toMatchObject({ kind: 'stored', stored: { version: 4, config: weighing(1) } });
  expect(await rollback(0, 4)).toMatchObject({ kind: 'stored', stored: { version: 5, config: deployed } });
  expect(
    (await store.auditLog({ limit: 4 })).map(({ action, outcome, to }) => [action, outcome, to]),
  ).toEqual([
    ['rollback', 'ok', 5],
    ['rollback', 'ok', 4],
    ['rollback', 'no_such_version', null],
    ['rollback', 'conflict', null],
  ]);
});

test('a rollback to before a deploy is refused, with what would have to be deployed', async () => {
  const store = newStore();
  await fill(store, 1, 1);
  const later = configOf([region('weur', { instanceType: 'lite' }), region('enam')]);
  const outcome = await store.rollback({ ...author, deployed: later, version: 1, base: 1, message: '' });
  expect(outcome).toMatchObject({ kind: 'needs_deploy', changes: [{ path: 'regions.weur.instanceType' }] });
});

test('after a deploy an edit is compared with the stored routing settings on the new platform settings', async () => {
  const store = newStore();
  await fill(store, 1, 1);
  const later = configOf([region('weur', { instanceType: 'lite' }), region('apac')]);
  const next = withRegion(withRegion(later, 'weur', { weight: 1 }), 'apac', { dial: 10 });
  const outcome = await store.put({ ...author, deployed: later, base: 1, config: next, message: '' });
  expect(outcome).toMatchObject({ kind: 'stored', changes: [{ path: 'regions.apac.dial', to: 10 }] });
});

test('an entry counts the attempts that it stands for, and never changes', async () => {
  const store = newStore();
  const refused = { ...REFUSED, outcome: 'rate_limited' };
  await store.audit([{ ...refused, attempts: 100 }]);
  const before = await store.auditLog({ limit: 10 });
  await store.audit([{ ...refused, attempts: 40 }, REFUSED]);
  const after = await store.auditLog({ limit: 10 });
  expect(after.map(({ attempts }) => attempts)).toEqual([1, 40, 100]);
  expect(after.slice(2)).toEqual(before);
});

test('the audit log is paged, newest first', async () => {
  const store = newStore();
  for (const actor of ['a', 'b', 'c'])
    await store.audit([{ actor, action: 'drain', outcome: 'ok', address: '::1' }]);
  const page = await store.auditLog({ limit: 2 });
  expect(page).toMatchObject([{ actor: 'c', address: '::1', from: null, detail: null }, { actor: 'b' }]);
  expect(await store.auditLog({ before: page[1]?.id ?? 0, limit: 2 })).toMatchObject([{ actor: 'a' }]);
  await store.audit([{ actor: 'x'.repeat(5_000), action: 'put', outcome: '401' }]);
  expect((await store.auditLog({ limit: 1 }))[0]?.actor).toHaveLength(1_000);
});

const REFUSED: AuditEvent = { actor: 'anonymous', action: 'put', outcome: 'unauthorized', address: '::1' };

/** More refused attempts than are kept. */
async function flood(store: DurableObjectStub<ConfigStore>): Promise<void> {
  for (let call = 0; call < ENTRIES_KEPT / 1_000; call += 1)
    await store.audit(Array.from({ length: 1_005 }, () => REFUSED));
}

async function wholeLog(store: DurableObjectStub<ConfigStore>) {
  const entries = (await store.auditAfter(0, 3 * ENTRIES_KEPT)).map((entry) => ({
    ...entry,
    time: new Date(entry.time).toISOString(),
  }));
  return { entries, report: checkChain(entries, (text) => createHash('sha256').update(text).digest('hex')) };
}

test('refused attempts, however many, push out no change, and both kinds are whole', async () => {
  const store = newStore();
  await fill(store, 1, 2);
  await flood(store);
  await fill(store, 3, 3);
  const { entries, report } = await wholeLog(store);
  expect(entries.filter(({ kind }) => kind === 'refused')).toHaveLength(ENTRIES_KEPT);
  const changes = await store.auditLog({ limit: 10, kind: 'change' });
  expect(changes.map(({ to }) => to)).toEqual([3, 2, 1]);
  expect(await store.auditLog({ limit: 10, kind: 'change', before: changes[1]?.id ?? 0 })).toMatchObject([
    { to: 1, previous: CHAIN_BEGIN },
  ]);
  expect(await store.auditLog({ limit: 1, kind: 'refused' })).toMatchObject([{ actor: 'anonymous' }]);
  expect(report).toMatchObject({
    entries: ENTRIES_KEPT + 3,
    breaks: [],
    heads: { change: changes[0]?.hash },
  });
});

test('an entry that is changed, or taken out, in the storage is found', async () => {
  const store = newStore();
  await fill(store, 1, 4);
  const rewrite = (query: string) =>
    runInDurableObject(store, (_, { storage }) => void storage.sql.exec(query));
  for (const change of ["actor = 'bob'", "actor = 'alice', attempts = 7"]) {
    await rewrite(`UPDATE audit SET ${change} WHERE to_version = 2`);
    expect((await wholeLog(store)).report.breaks).toEqual([{ id: 2, kind: 'change', what: 'changed' }]);
  }
  await rewrite('DELETE FROM audit WHERE to_version = 2');
  expect((await wholeLog(store)).report.breaks).toEqual([
    { id: 3, kind: 'change', what: 'not after the one before' },
  ]);
});

test('the log of an earlier Meridian, which had no hashes, is chained as it is', async () => {
  const store = newStore();
  await runInDurableObject(store, (_, { storage }) => {
    storage.sql.exec('DROP TABLE audit');
    storage.sql.exec(`CREATE TABLE audit (
      id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
      outcome TEXT NOT NULL, from_version INTEGER, to_version INTEGER, address TEXT, detail TEXT)`);
    for (const outcome of ['ok', 'unauthorized', 'ok', 'failed', 'invalid'])
      storage.sql.exec(
        "INSERT INTO audit (time, actor, action, outcome) VALUES (1, 'ann', 'put', ?)",
        outcome,
      );
    const table = new AuditTable(storage.sql);
    table.add({ actor: 'ann', action: 'drain', outcome: 'ok' }, 2);
    // A second one finds everything as it should be.
    new AuditTable(storage.sql);
  });
  const { entries, report } = await wholeLog(store);
  expect(entries.map(({ kind }) => kind)).toEqual([
    ...['change', 'refused', 'change', 'change', 'refused', 'change'],
  ]);
  expect(entries[0]).toMatchObject({ id: 1, previous: CHAIN_BEGIN, attempts: 1 });
  expect(report).toMatchObject({ entries: 6, breaks: [] });
});

test('the newest version is published', async () => {
  const store = newStore();
  await fill(store, 1, 5);
  const published = await eventually('version 5 in KV', async () => {
    const found = await publishedConfig();
    return found?.version === 5 && found;
  });
  expect(published).toEqual({ version: 5, config: weighing(5) });
});

test('with KV down a version is stored all the same, and published by the alarm when KV is back', async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const store = newStore();
  await setKv(store, { put: () => Promise.reject(new Error('KV is down')) });
  await fill(store, 1, 2);
  await eventually('a failure', () => error.mock.calls.some(([line]) => String(line).includes('KV is down')));
  expect((await store.current())?.version).toBe(2);
  await setKv(store, env.CONFIG);
  await env.CONFIG.delete('current');
  await eventually('the alarm', () => runDurableObjectAlarm(store));
  expect(await eventually('version 2 in KV', publishedConfig)).toMatchObject({ version: 2 });
  error.mockRestore();
});

test('a version that comes while another is being published is published after it', async () => {
  const store = newStore();
  const written: number[] = [];
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  await setKv(store, {
    put: async (_key: string, text: string) => {
      await gate;
      written.push((JSON.parse(text) as { version: number; config: MeridianConfig }).version);
    },
  });
  await fill(store, 1, 3);
  await runInDurableObject(store, () => open());
  await eventually('both', () => written.length === 2);
  expect(written).toEqual([1, 3]);
});

/** Replaces the object's KV. */
async function setKv(
  store: DurableObjectStub<ConfigStore>,
  CONFIG: Pick<KVNamespace, 'put'> | object,
): Promise<void> {
  await runInDurableObject(store, (instance) => void Object.assign(instance, { env: { CONFIG } }));
}
