// The configuration's backup inside workerd: real ConfigStores with their SQLite and alarms, and a real R2 bucket. A
// bucket that fails is a stand-in, since the real one never does.

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from 'vitest';
import '../../test/support/workerd/config-bindings.ts';
import { configOf, region, withRegion } from '../../test/support/data/sample-config.ts';
import { eventually } from '../../test/support/workerd/eventually.ts';
import type { ConfigStore } from './config-store.ts';
import type { ConfigBackupState, EditOutcome, RestoreOutcome } from './store-calls.ts';

type Store = DurableObjectStub<ConfigStore>;

const deployed = configOf([region('weur'), region('enam')]);
const weighing = (weight: number) => withRegion(deployed, 'weur', { weight });
const ANN = { author: 'ann', force: false, deployed };
const MINUTE_MS = 60_000;

let stores = 0;
let warned: MockInstance<typeof console.warn>;

function newStore(): Store {
  stores += 1;
  return env.CONFIG_STORE.getByName(`backup ${stores}`);
}

beforeEach(async () => {
  for (const { key } of (await env.BACKUPS.list()).objects) await env.BACKUPS.delete(key);
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function put(store: Store, weight: number): Promise<EditOutcome> {
  const base = (await store.current())?.version ?? 0;
  return store.put({
    ...ANN,
    base,
    config: weighing(weight),
    message: `to ${weight}`,
  }) as Promise<EditOutcome>;
}

function statusOf(store: Store): Promise<ConfigBackupState> {
  return store.backupStatus() as Promise<ConfigBackupState>;
}

/** Returns once all versions of the store are in the bucket. */
function versionsWritten(store: Store): Promise<ConfigBackupState> {
  return eventually('the backup of the versions', async () => {
    const state = await statusOf(store);
    return state.versionsBehind === 0 && state;
  });
}

/** Returns once the audit log is in the bucket too. */
async function allWritten(store: Store): Promise<ConfigBackupState> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + MINUTE_MS });
  await eventually('the backup', async () => {
    await runDurableObjectAlarm(store);
    return (await statusOf(store)).entriesBehind === 0;
  });
  vi.useRealTimers();
  return versionsWritten(store);
}

function restore(store: Store, more: object = {}): Promise<RestoreOutcome> {
  return store.restore({ ...ANN, base: 0, dryRun: false, ...more }) as Promise<RestoreOutcome>;
}

async function keysOf(part: string): Promise<readonly string[]> {
  const { objects } = await env.BACKUPS.list();
  return objects.flatMap(({ key }) => (key.includes(part) ? [key.slice(key.lastIndexOf('/') + 1)] : []));
}

/** Ends the object in the middle of whatever it does, and returns the next one. */
async function reset(store: Store): Promise<Store> {
  await runInDurableObject(store, (_, state) => state.abort('reset')).catch(() => undefined);
  return env.CONFIG_STORE.get(store.id);
}

/** Replaces parts of the object's bucket, until it is evicted. */
async function breakBucket(store: Store, broken: object): Promise<void> {
  await runInDurableObject(store, (instance) => {
    const bucket = { list: env.BACKUPS.list.bind(env.BACKUPS), get: env.BACKUPS.get.bind(env.BACKUPS) };
    Object.assign(instance, { env: { ...env, BACKUPS: { ...bucket, ...broken } } });
  });
}

const DENIES = { put: () => Promise.reject(new Error('403: access denied')) };

test('a version is in the bucket soon after the edit, as it was stored', async () => {
  const store = newStore();
  await put(store, 50);
  await put(store, 60);
  const state = await versionsWritten(store);
  expect(state).toMatchObject({ version: 2, missedVersions: 0, writtenAt: expect.any(Number) });
  expect(state).not.toHaveProperty('failing');
  const key = (version: number) => `config/meridian/${state.store}/versions/000000000${version}.json`;
  for (const version of [1, 2]) {
    const found = await env.BACKUPS.get(key(version));
    expect(await found?.json()).toEqual({ format: 1, ...(await store.version(version)) });
  }
});

test('after a write it is looked whether something is too old, once a day', async () => {
  const store = newStore();
  await put(store, 50);
  const prunedAt = await eventually('a look', () =>
    runInDurableObject(store, (_, { storage }) => storage.kv.get<{ prunedAt?: number }>('backup')?.prunedAt),
  );
  await put(store, 60);
  await allWritten(store);
  await runInDurableObject(store, (_, { storage }) => {
    expect(storage.kv.get('backup')).toMatchObject({ prunedAt });
  });
});

test('the audit log follows in one object when its minute is over, and then nothing wakes the object', async () => {
  const store = newStore();
  await put(store, 50);
  const refused = { actor: 'anonymous', action: 'put', outcome: 'rate_limited', address: '::1', attempts: 3 };
  await store.audit([refused, refused]);
  const { store: name } = await versionsWritten(store);
  expect(await keysOf(`${name}/audit/`)).toEqual([]);
  expect(await allWritten(store)).not.toHaveProperty('behindSince');
  expect(await keysOf(`${name}/audit/`)).toEqual(['0000000001-0000000003.json']);
  const found = await env.BACKUPS.get(`config/meridian/${name}/audit/0000000001-0000000003.json`);
  const log = (await store.auditLog({ limit: 10 })).toReversed();
  expect(log).toMatchObject([{ action: 'put', outcome: 'ok' }, { attempts: 3 }, { attempts: 3 }]);
  expect(await found?.json()).toEqual({ format: 1, entries: log });
  await runInDurableObject(store, (_, { storage }) => {
    expect(storage.kv.get('alarms')).not.toHaveProperty('backup');
  });
});

test('a bucket that denies does not hold up edits; what waits survives a reset, and is written when it may', async () => {
  const store = newStore();
  await breakBucket(store, DENIES);
  await put(store, 50);
  await put(store, 60);
  const failing = await eventually('a failure', async () => {
    const state = await statusOf(store);
    return state.failing !== undefined && state;
  });
  expect(failing).toMatchObject({
    versionsBehind: 2,
    behindSince: (await store.version(1))?.time,
    failing: {
      problem: expect.stringMatching(/^writing config\/meridian\/.*0000000001.json: 403: access denied$/),
    },
  });
  await evictDurableObject(store);
  await put(store, 70);
  const state = await versionsWritten(store);
  expect(state).not.toHaveProperty('failing');
  const keys = await keysOf(`${state.store}/versions/`);
  expect(keys).toEqual(['0000000001.json', '0000000002.json', '0000000003.json']);
});

test('attempts against a bucket that fails become rare', async () => {
  const store = newStore();
  let attempts = 0;
  const put1 = () => {
    attempts += 1;
    return Promise.reject(new Error('down'));
  };
  await breakBucket(store, { put: put1 });
  await put(store, 50);
  await eventually('five attempts', () => attempts >= 5);
  await runInDurableObject(store, (_, { storage }) => {
    const { backup = 0 } = storage.kv.get<{ backup?: number }>('alarms') ?? {};
    // The fifth wait is 1.6 s, shortened by half at most; the attempt may be in progress, with its own alarm.
    expect(backup - Date.now()).toBeGreaterThan(400);
  });
});

test('a write whose end was not seen, as the object was reset, is not made twice and not an error', async () => {
  const store = newStore();
  let isWritten = false;
  await breakBucket(store, {
    put: async (key: string, value: string, options: R2PutOptions) => {
      await env.BACKUPS.put(key, value, options);
      isWritten = true;
      return new Promise(() => {});
    },
  });
  await put(store, 50);
  await eventually('the write', () => isWritten);
  expect(await statusOf(store)).toMatchObject({ versionsBehind: 1 });
  const next = await reset(store);
  expect(await statusOf(next)).toMatchObject({ versionsBehind: 1 });
  const state = await allWritten(next);
  expect(state).not.toHaveProperty('failing');
  expect(await keysOf(`${state.store}/versions/`)).toEqual(['0000000001.json']);
});

test('what something else wrote under a key is not overwritten, and said', async () => {
  const store = newStore();
  await put(store, 50);
  const { store: name } = await versionsWritten(store);
  const key = `config/meridian/${name}/versions/0000000002.json`;
  await env.BACKUPS.put(key, 'mine');
  await put(store, 60);
  const { failing } = await eventually('a failure', async () => {
    const state = await statusOf(store);
    return state.failing && state;
  });
  expect(failing?.problem).toBe(`${key} is in the bucket with other content: something else writes there`);
  expect(await (await env.BACKUPS.get(key))?.text()).toBe('mine');
});

test('versions that were too old to be kept before the bucket took them are counted', async () => {
  const store = newStore();
  await put(store, 1);
  await versionsWritten(store);
  await breakBucket(store, DENIES);
  for (let weight = 2; weight <= 104; weight += 1) await put(store, 1 + (weight % 99));
  await evictDurableObject(store);
  await put(store, 50);
  // Versions 2 to 5 are gone: the last 100 are kept.
  expect(await versionsWritten(store)).toMatchObject({ version: 105, missedVersions: 4 });
});

test('without a bucket there is no backup', async () => {
  const store = newStore();
  await runInDurableObject(store, (instance) => void Object.assign(instance, { env: {} }));
  await put(store, 50);
  expect(await statusOf(store)).toBeUndefined();
  expect(await restore(store)).toEqual({ kind: 'no_bucket' });
});

test('a new deployment is told of the backup, uses nothing of it by itself, and starts from it when asked', async () => {
  const old = newStore();
  await put(old, 50);
  await put(old, 60);
  const { store: name } = await allWritten(old);

  const store = newStore();
  await store.audit([{ actor: 'eve', action: 'put', outcome: 'unauthorized' }]);
  expect(await store.current()).toBeUndefined();
  expect(await statusOf(store)).toMatchObject({
    version: 0,
    earlier: { store: name, version: { version: 2, author: 'ann', message: 'to 60' } },
  });

  const plan = {
    store: name,
    version: { version: 2, message: 'to 60' },
    as: 3,
    changes: [{ path: 'regions.weur.weight', from: 100, to: 60 }],
    notTaken: [],
    history: { versions: 2, entries: 2 },
  };
  expect(await restore(store, { dryRun: true })).toMatchObject({ kind: 'restored', plan });
  expect(await store.current()).toBeUndefined();

  expect(await restore(store)).toMatchObject({
    kind: 'restored',
    plan,
    stored: { version: 3, config: weighing(60), message: `version 2 of the backup of ${name}` },
  });
  const history = await store.history({ limit: 10 });
  expect(history.map(({ version, message }) => [version, message])).toEqual([
    [3, `version 2 of the backup of ${name}`],
    [2, 'to 60'],
    [1, 'to 50'],
  ]);
  expect((await store.version(1))?.config).toEqual(weighing(50));
  const log = await store.auditLog({ limit: 10 });
  expect(log.map(({ id, actor, action, to }) => [id, actor, action, to])).toEqual([
    [4, 'ann', 'restore-config', 3],
    [3, 'eve', 'put', null],
    [2, 'ann', 'put', 2],
    [1, 'ann', 'put', 1],
  ]);
  const oldLog = await old.auditLog({ limit: 10 });
  expect(log.slice(2).map(({ hash }) => hash)).toEqual(oldLog.map(({ hash }) => hash));
  expect(log[0]?.previous).toBe(log[2]?.hash);
  expect(await put(store, 70)).toMatchObject({ kind: 'stored', stored: { version: 4 } });
  expect(await restore(store)).toEqual({ kind: 'not_empty', current: 4 });
});

test('a log that was changed in the bucket is told by a dry run, and comes back as it is', async () => {
  const old = newStore();
  await put(old, 50);
  await put(old, 60);
  await allWritten(old);
  expect(await restore(newStore(), { dryRun: true })).toMatchObject({ plan: { history: { breaks: 0 } } });
  for (const { key } of (await env.BACKUPS.list()).objects) {
    const text = await (await env.BACKUPS.get(key))?.text();
    if (/audit|changes/.test(key))
      await env.BACKUPS.put(key, text?.replace('"actor":"ann"', '"actor":"eve"') ?? '');
  }
  const store = newStore();
  expect(await restore(store, { dryRun: true })).toMatchObject({ plan: { history: { breaks: 1 } } });
  expect(await restore(store)).toMatchObject({
    kind: 'restored',
    plan: { history: { entries: 2, breaks: 1 } },
  });
});

test('changes come back from a backup, however many refused attempts came after them', async () => {
  const old = newStore();
  await put(old, 50);
  await allWritten(old);
  const { store: name } = await statusOf(old);
  // As an attack of hours leaves them: more objects of refused attempts than a restore reads.
  const refused = { time: 1, actor: 'anonymous', action: 'put', outcome: 'unauthorized', attempts: 1 };
  for (let id = 2; id <= 520; id += 1) {
    const number = String(id).padStart(10, '0');
    const text = JSON.stringify({
      format: 1,
      entries: [{ id, ...refused, from: null, to: null, address: null, detail: null }],
    });
    await env.BACKUPS.put(`config/meridian/${name}/audit/${number}-${number}.json`, text);
  }
  const store = newStore();
  expect(await restore(store)).toMatchObject({ kind: 'restored', plan: { history: { entries: 501 } } });
  const changes = await store.auditLog({ limit: 10, kind: 'change' });
  expect(changes.map(({ action }) => action)).toEqual(['restore-config', 'put']);
  expect(changes[0]?.previous).toBe(changes[1]?.hash);
});

test('a backup of what was restored is whole: a third deployment gets everything from it', async () => {
  const first = newStore();
  await put(first, 50);
  await allWritten(first);
  const second = newStore();
  await restore(second);
  await put(second, 60);
  const { store: name, restoredFrom } = await allWritten(second);
  expect(restoredFrom).toBeDefined();
  const third = newStore();
  expect(await restore(third)).toMatchObject({
    plan: { store: name, version: { version: 3 }, as: 4, history: { versions: 3, entries: 3 } },
  });
  expect((await third.history({ limit: 10 })).map(({ version }) => version)).toEqual([4, 3, 2, 1]);
  const actions = (await third.auditLog({ limit: 10 })).map(({ action }) => action);
  expect(actions).toEqual(['restore-config', 'put', 'restore-config', 'put']);
});

test('an older version may be restored; its number goes on after the newest', async () => {
  const old = newStore();
  for (const weight of [50, 60, 70]) await put(old, weight);
  await versionsWritten(old);
  const store = newStore();
  expect(await restore(store, { version: 9 })).toEqual({ kind: 'no_such_backup' });
  expect(await restore(store, { store: '20200101T000000Z-00000000' })).toEqual({ kind: 'no_such_backup' });
  expect(await restore(store, { version: 2, base: 1 })).toMatchObject({ kind: 'conflict', current: 0 });
  expect(await restore(store, { version: 2 })).toMatchObject({
    stored: { version: 4, config: weighing(60) },
  });
});

test('two that restore at once restore once', async () => {
  const old = newStore();
  await put(old, 50);
  await versionsWritten(old);
  const store = newStore();
  const outcomes = await Promise.all([restore(store), restore(store)]);
  expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['not_empty', 'restored']);
  expect((await store.current())?.version).toBe(2);
});

test('onto versions of its own only by force, which takes the configuration alone', async () => {
  const old = newStore();
  for (const weight of [50, 60, 70]) await put(old, weight);
  await versionsWritten(old);
  const store = newStore();
  await put(store, 10);
  await eventually('the words', () =>
    warned.mock.calls.some(([line]) => String(line).includes('restore-config')),
  );
  await versionsWritten(store);
  expect(await restore(store, { force: true })).toMatchObject({ kind: 'conflict', current: 1 });
  expect(await restore(store, { force: true, base: 1 })).toMatchObject({
    stored: { version: 2, config: weighing(70) },
    plan: { history: { versions: 0, entries: 0 } },
  });
  expect((await store.version(1))?.config).toEqual(weighing(10));
});

test('platform settings stay as deployed, and those of the backup are named', async () => {
  const old = newStore();
  await put(old, 50);
  await versionsWritten(old);
  const later = configOf([region('weur', { instanceType: 'lite' }), region('apac')]);
  expect(await restore(newStore(), { deployed: later })).toMatchObject({
    stored: { config: withRegion(later, 'weur', { weight: 50 }) },
    plan: {
      notTaken: [
        { path: 'regions.weur.instanceType', to: 'lite' },
        { path: 'regions.apac' },
        { path: 'regions.enam' },
      ],
    },
  });
});

test('a version in which a JetStream region is out of service is restored once it may leave', async () => {
  const streams = { jetstream: true, keepAwake: true };
  const three = configOf(
    ['weur', 'enam', 'wnam'].map((id) => region(id, { ...streams, placement: [id.toUpperCase()] })),
  );
  const old = newStore();
  const edits = [withRegion(three, 'weur', { drain: true }), three];
  for (const [base, config] of edits.entries()) {
    const request = { ...ANN, deployed: three, base, config, mayLeave: ['weur'], message: '' };
    expect(((await old.put(request)) as EditOutcome).kind).toBe('stored');
  }
  await versionsWritten(old);
  const store = newStore();
  const older = { deployed: three, version: 1 };
  expect(await restore(store, older)).toEqual({ kind: 'leaves', regions: ['weur'] });
  expect(await store.auditLog({ limit: 1 })).toEqual([]);
  expect(await restore(store, { ...older, mayLeave: ['weur'] })).toMatchObject({
    stored: { version: 3, config: edits[0] },
  });
});

test('of a bucket that fails, or holds something torn, nothing is restored, and the object is named', async () => {
  const old = newStore();
  await put(old, 50);
  await put(old, 60);
  const { store: name } = await versionsWritten(old);
  const store = newStore();
  await breakBucket(store, { get: () => Promise.reject(new Error('internal error (10001)')) });
  expect(await restore(store)).toMatchObject({
    kind: 'bucket_unavailable',
    problem: expect.stringContaining('internal error (10001)'),
  });
  expect(await statusOf(store)).toMatchObject({ earlierProblem: expect.stringContaining('10001') });
  await breakBucket(store, {});
  const key = `config/meridian/${name}/versions/0000000002.json`;
  await env.BACKUPS.put(key, '{"format":1,"version":2,"auth');
  expect(await restore(store)).toEqual({
    kind: 'bucket_unavailable',
    problem: `${key} in the bucket is not JSON`,
  });
  await env.BACKUPS.put(
    key,
    JSON.stringify({ format: 1, ...(await old.version(2)), config: { regions: [] } }),
  );
  expect(await restore(store)).toMatchObject({ kind: 'invalid' });
  expect(await store.current()).toBeUndefined();
  const outcomes = (await store.auditLog({ limit: 10 })).map(({ outcome }) => outcome);
  expect(outcomes).toEqual(['invalid', 'bucket_unavailable', 'bucket_unavailable']);
});
