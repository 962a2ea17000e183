// The endpoints of the configuration's backup inside workerd, with real ConfigStores, real R2 and the answers' schemas.

import { env as bindings } from 'cloudflare:workers';
import * as v from 'valibot';
import { beforeEach, expect, test } from 'vitest';
import { RestoredConfigSchema } from '../../api/config.ts';
import { ConfigBackupSchema } from '../../api/config-backup.ts';
import '../../test/support/workerd/config-bindings.ts';
import { brokenStore } from '../../test/support/workerd/broken-store.ts';
import { eventually } from '../../test/support/workerd/eventually.ts';
import { regionBindings } from '../../test/support/workerd/region-bindings.ts';
import { activeConfig, deployedConfig } from '../config/active-config.ts';
import type { AuditEvent } from '../config/audit-table.ts';
import type { EdgeContext } from '../edge-context.ts';
import type { Env } from '../env.ts';
import { configBackup } from './config-backup.ts';
import { putConfig } from './config-edits.ts';
import { restoreConfig } from './restore-config.ts';

const ANN = { actor: 'ann', address: '192.0.2.1' };
const audited: AuditEvent[] = [];
const told: string[] = [];
let deployments = 0;

beforeEach(async () => {
  for (const { key } of (await bindings.BACKUPS.list()).objects) await bindings.BACKUPS.delete(key);
});

/** A deployment with a ConfigStore of its own, over the one bucket. */
function newDeployment(): Env {
  deployments += 1;
  const name = `deployment ${deployments}`;
  const CONFIG_STORE = { getByName: () => bindings.CONFIG_STORE.getByName(name) };
  return {
    CONFIG_STORE: CONFIG_STORE as unknown as DurableObjectNamespace,
    BACKUPS: bindings.BACKUPS,
    ...regionBindings(() => ({ configure: async ({ id }, version) => void told.push(`${id} ${version}`) })),
  };
}

function edgeOf(env: Env): EdgeContext {
  const audit = (...events: readonly AuditEvent[]) => void audited.push(...events);
  return { ...activeConfig(env), env, audit, background: () => undefined };
}

async function jsonOf(answer: Promise<Response>) {
  const response = await answer;
  return { status: response.status, body: await response.json<Record<string, unknown>>() };
}

function post(body: unknown): Request {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Request('https://meridian.example/', { method: 'POST', body: text });
}

const restore = (env: Env, body: unknown) => jsonOf(restoreConfig(post(body), edgeOf(env), ANN));

const backup = async (env: Env) => {
  const { status, body } = await jsonOf(configBackup(post(''), edgeOf(env)));
  expect(status).toBe(200);
  return v.parse(ConfigBackupSchema, body);
};

/** A deployment with one version, which is in the bucket. */
async function oldDeployment(): Promise<string> {
  const env = newDeployment();
  const config = deployedConfig(env);
  const edited = { ...config, routing: { ...config.routing, bandMs: 7 } };
  const answer = await putConfig(post({ base: 0, config: edited, message: 'wider' }), edgeOf(env), ANN);
  expect(answer.status).toBe(200);
  const { store } = await eventually('the backup', async () => {
    const found = await backup(env);
    return found.versionsBehind === 0 && found;
  });
  return store ?? '';
}

test('a new deployment sees what there was, and starts from it when asked', async () => {
  const store = await oldDeployment();
  const env = newDeployment();
  expect(await backup(env)).toMatchObject({
    version: 0,
    store: null,
    versionsBehind: 0,
    earlier: { store, version: 1, author: 'ann', message: 'wider' },
  });
  const plan = await restore(env, { base: 0, dryRun: true });
  expect(v.parse(RestoredConfigSchema, plan.body)).toMatchObject({
    version: 2,
    time: null,
    from: { store, version: 1, author: 'ann', message: 'wider' },
    changes: [{ path: 'routing.bandMs', to: 7 }],
  });
  told.length = 0;
  const done = await restore(env, { base: 0, message: 'as before' });
  expect(v.parse(RestoredConfigSchema, done.body)).toMatchObject({
    version: 2,
    author: 'ann',
    message: 'as before',
    time: expect.any(String),
    config: { routing: { bandMs: 7 } },
    history: { versions: 1 },
  });
  expect(told).toEqual(activeConfig(env).config.regions.map(({ id }) => `${id} 2`));
  expect(activeConfig(env)).toMatchObject({ version: 2, config: { routing: { bandMs: 7 } } });
  expect(await backup(env)).toMatchObject({ version: 2, restoredFrom: store, earlier: null });
  expect(await restore(env, { base: 2 })).toMatchObject({
    status: 409,
    body: { error: { code: 'not_empty', current: 2 } },
  });
});

test('what cannot be restored is refused, with words on what is missing', async () => {
  const env = newDeployment();
  const refused = async (body: unknown, own: Env = env) => {
    const { status, body: answer } = await restore(own, body);
    const { code, message } = answer.error as { code: string; message: string };
    return [status, code, message];
  };
  expect(await refused({ base: 0 })).toEqual([
    404,
    'no_such_backup',
    'the bucket has no configuration of an earlier deployment of this cluster',
  ]);
  const store = await oldDeployment();
  expect(await refused({ base: 0, store, version: 9 })).toEqual([
    404,
    'no_such_backup',
    `the bucket has no version 9 of the configuration of the store ${store}`,
  ]);
  expect(await refused({ base: 3 })).toEqual([409, 'conflict', expect.any(String)]);
  expect(await refused({ base: 0, store: '../secrets' })).toEqual([400, 'bad_request', expect.any(String)]);
  expect(await refused('{')).toEqual([400, 'bad_json', expect.any(String)]);
  expect(audited.at(-1)).toMatchObject({ action: 'restore-config', outcome: 'bad_json', actor: 'ann' });
  expect(await refused({ base: 0 }, {})).toEqual([503, 'no_store', expect.any(String)]);
  const broken = { CONFIG_STORE: brokenStore('overloaded'), BACKUPS: bindings.BACKUPS };
  expect(await refused({ base: 0 }, broken)).toEqual([503, 'store_unavailable', expect.any(String)]);
  const { BACKUPS: _none, ...without } = env;
  expect(await jsonOf(configBackup(post(''), edgeOf(without)))).toMatchObject({
    status: 503,
    body: { error: { code: 'no_bucket' } },
  });
});
