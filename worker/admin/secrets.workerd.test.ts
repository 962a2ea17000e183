// What `GET /api/secrets` says, inside workerd with a real ConfigStore and regions that answer as a test says.

import { env as bindings } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import '../../test/support/workerd/config-bindings.ts';
import type { Secrets } from '../../api/secrets.ts';
import { brokenStore } from '../../test/support/workerd/broken-store.ts';
import { regionBindings } from '../../test/support/workerd/region-bindings.ts';
import { activeConfig } from '../config/active-config.ts';
import type { TokenUse } from '../config/secret-table.ts';
import type { EdgeContext } from '../edge-context.ts';
import type { Env } from '../env.ts';
import type { CredentialReport } from '../region/credential-report.ts';
import * as admin from './admin-api.ts';
import { secrets } from './secrets.ts';

const LAST = Date.parse('2026-11-28T03:00:00Z');
const SET = {
  MERIDIAN_ADMIN_TOKEN: `ann ${'a'.repeat(30)}`,
  MERIDIAN_ADMIN_TOKEN_NEXT: `ann ${'b'.repeat(30)}`,
  NATS_TOKEN: 'hidden-token',
  NATS_USER_NEXT: 'meridian.2',
  NATS_PASSWORD_NEXT: 'hidden-password',
  NATS_LEAF_USERS: 'factory hidden-1\n\nlab hidden-2 publish=up.>',
  NATS_ACCOUNT_SIGNING_KEY: 'hidden-seed',
};

const REPORT: CredentialReport = {
  taken: { takes: ['NATS_TOKEN'], takesOther: false },
  knownSince: LAST - 1_000,
  uses: [
    { user: undefined, client: 'orders', connected: 2, last: LAST },
    { user: 'meridian.2', client: 'billing', connected: 1, last: LAST },
    { user: 'somebody else', client: 'x', connected: 1, last: LAST },
  ],
};

const ASLEEP: CredentialReport = { taken: undefined, uses: [], knownSince: LAST };

function edgeWith(more: Partial<Env>, report: () => Promise<CredentialReport>): EdgeContext {
  const env: Env = {
    CONFIG_STORE: bindings.CONFIG_STORE,
    ...regionBindings((id) => ({
      credentials: async () => (id === 'weur' ? report() : ASLEEP),
    })),
    ...more,
  };
  return { ...activeConfig(env), env, audit: () => {}, background: (_name, work) => void pending.push(work) };
}

const pending: Promise<unknown>[] = [];
const request = () => new Request('https://nats.example.com/api/secrets');
const ask = async (edge: EdgeContext) => (await secrets(request(), edge, {})).json<Secrets>();

test('each secret with its values, their names, and who uses which; nothing of a value', async () => {
  const found = await ask(edgeWith(SET, async () => REPORT));
  const byName = Object.fromEntries(found.secrets.map((secret) => [secret.name, secret]));
  expect(Object.keys(byName)).toEqual([
    'MERIDIAN_ADMIN_TOKEN',
    'NATS_USER',
    'NATS_LEAF_USERS',
    'NATS_ACCOUNT_SIGNING_KEY',
  ]);
  const used = { region: 'weur', last: '2026-11-28T03:00:00.000Z' };
  expect(byName.NATS_USER?.values).toMatchObject([
    { secrets: ['NATS_TOKEN'], names: [], uses: [{ who: 'orders', connected: 2, ...used }] },
    {
      secrets: ['NATS_USER_NEXT', 'NATS_PASSWORD_NEXT'],
      names: ['meridian.2'],
      uses: [{ who: 'billing', connected: 1, ...used }],
    },
  ]);
  expect(byName.MERIDIAN_ADMIN_TOKEN?.values.map(({ names }) => names)).toEqual([['ann'], ['ann']]);
  expect(byName.NATS_LEAF_USERS).toMatchObject({ seesUses: false, values: [{ names: ['factory', 'lab'] }] });
  expect(byName.NATS_ACCOUNT_SIGNING_KEY).toMatchObject({ rotates: false });
  expect(found).toMatchObject({
    servers: [{ region: 'weur', takes: ['NATS_TOKEN'], takesOther: false }],
    silent: [],
    caller: null,
  });
  expect(found.seen).toContainEqual({ region: 'weur', since: '2026-11-28T02:59:59.000Z' });
  expect(found.seen).toContainEqual({ region: 'oc', since: '2026-11-28T03:00:00.000Z' });
  expect(JSON.stringify(found)).not.toMatch(/hidden|aaa|bbb/);
});

test('a region that does not answer, or whose server does not, is named: somebody may use anything there', async () => {
  const broken = await ask(edgeWith(SET, async () => Promise.reject(new Error('the object is gone'))));
  expect(broken).toMatchObject({ servers: [], silent: ['weur'] });
  const hung = await ask(edgeWith(SET, async () => ({ ...REPORT, uses: undefined })));
  expect(hung).toMatchObject({ servers: [{ region: 'weur' }], silent: ['weur'] });
});

test('a store that does not answer is 503; without one no age is known', async () => {
  const edge = edgeWith({ ...SET, CONFIG_STORE: brokenStore('overloaded') }, async () => REPORT);
  expect((await secrets(request(), edge, {})).status).toBe(503);
  const { CONFIG_STORE: _, ...env } = edge.env;
  const { secrets: found } = await ask({ ...edge, env });
  expect(found[0]?.values[0]).toMatchObject({ id: null, since: null });
});

test('who calls with a token has used it, which is told now and then, and is told which it was', async () => {
  const uses: TokenUse[] = [];
  const store = { secrets: async () => [], tokenUsed: async (use: TokenUse) => void uses.push(use) };
  const CONFIG_STORE = { getByName: () => store } as unknown as DurableObjectNamespace;
  const edge = edgeWith({ ...SET, CONFIG_STORE }, async () => REPORT);
  const headers = { authorization: `Bearer ${'b'.repeat(30)}` };
  const call = async () => admin.secrets(new Request(request(), { headers }), edge);
  expect(await (await call()).json<Secrets>()).toMatchObject({ caller: 'MERIDIAN_ADMIN_TOKEN_NEXT' });
  await call();
  await Promise.all(pending);
  expect(uses).toEqual([{ secret: 'MERIDIAN_ADMIN_TOKEN_NEXT', who: 'token:admin:ann' }]);
});
