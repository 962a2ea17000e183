// A drain as an edit, inside workerd with a real ConfigStore, which all tests of this file share.

import { env as bindings } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { activeConfig } from '../config/active-config.ts';
import { configStore } from '../config/store-stub.ts';
import '../../test/support/workerd/config-bindings.ts';
import type { Env } from '../env.ts';
import { setDrain } from './drain-edit.ts';

const env: Env = { CONFIG_STORE: bindings.CONFIG_STORE, CONFIG: bindings.CONFIG };

test('a drain from the current version is stored, also when it says no version', async () => {
  const base = await version();
  expect(await drain('weur', true, `base=${base}`)).toBeUndefined();
  expect(await version()).toBe(base + 1);
  expect(await drain('weur', false)).toBeUndefined();
  expect(await version()).toBe(base + 2);
});

test('a drain that was planned before somebody else edited is refused, with what changed', async () => {
  const planned = await version();
  await drain('oc', true);
  const refused = await drain('weur', true, `base=${planned}`);
  expect(refused?.status).toBe(409);
  expect(await refused?.json()).toMatchObject({
    error: {
      code: 'conflict',
      current: planned + 1,
      changes: [{ path: 'regions.oc.drain', from: false, to: true }],
      versions: [{ version: planned + 1, author: 'ann', message: 'drain oc' }],
    },
  });
  expect(await version()).toBe(planned + 1);
  await drain('oc', false);
});

test('what somebody else has done already needs no edit, and so no conflict', async () => {
  const planned = await version();
  await drain('weur', true);
  expect(await drain('weur', true, `base=${planned}`)).toBeUndefined();
  expect(await version()).toBe(planned + 1);
  await drain('weur', false);
});

test.each(['base=', 'base=x', 'base=-1', 'base=1.5', 'base=01'])('%s is no version', async (query) => {
  const before = await version();
  expect((await drain('weur', true, query))?.status).toBe(400);
  expect(await version()).toBe(before);
});

async function version(): Promise<number> {
  return (await configStore(env)?.current())?.version ?? 0;
}

async function drain(region: string, isDrained: boolean, query = ''): Promise<Response | undefined> {
  const pending: Promise<unknown>[] = [];
  const answer = await setDrain({
    request: new Request(`https://meridian.example/api/regions/${region}/drain?${query}`),
    edge: {
      ...activeConfig(env),
      env,
      audit: () => {},
      background: (_name, work) => void pending.push(work),
    },
    actor: 'ann',
    region,
    drain: isDrained,
    notifyRegions: () => Promise.resolve(),
  });
  await Promise.all(pending);
  return answer;
}
