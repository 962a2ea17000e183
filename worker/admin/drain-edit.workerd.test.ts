// A drain as an edit, inside workerd with a real ConfigStore, which all tests of this file share.

import { env as bindings } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { RegionState } from '../../api/states.ts';
import { activeConfig } from '../config/active-config.ts';
import { configStore } from '../config/store-stub.ts';
import '../../test/support/workerd/config-bindings.ts';
import { brokenStore } from '../../test/support/workerd/broken-store.ts';
import { regionBindings } from '../../test/support/workerd/region-bindings.ts';
import type { Env } from '../env.ts';
import type { RegionStatus } from '../region/status.ts';
import { operateRegion } from './region-ops.ts';

/** What the regions' objects were asked to do. */
const done: string[] = [];
const env: Env = {
  CONFIG_STORE: bindings.CONFIG_STORE,
  CONFIG: bindings.CONFIG,
  ...regionBindings((region) => ({
    configure: async () => {},
    drain: async (settleSeconds) => {
      done.push(`drain ${region} ${settleSeconds}`);
      return status(region, 'draining');
    },
    undrain: async () => {
      done.push(`undrain ${region}`);
      return status(region, 'up');
    },
  })),
};

test('a drain from the current version is stored, also when it says no version', async () => {
  const base = await version();
  expect((await drain('weur', true, `base=${base}`)).status).toBe(200);
  expect(await version()).toBe(base + 1);
  expect((await drain('weur', false)).status).toBe(200);
  expect(await version()).toBe(base + 2);
});

test('a drain that was planned before somebody else edited is refused, with what changed', async () => {
  const planned = await version();
  await drain('oc', true);
  const refused = await drain('weur', true, `base=${planned}`);
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({
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
  expect((await drain('weur', true, `base=${planned}`)).status).toBe(200);
  expect(await version()).toBe(planned + 1);
  await drain('weur', false);
});

test.each(['base=', 'base=x', 'base=-1', 'base=1.5', 'base=01'])('%s is no version', async (query) => {
  const before = await version();
  expect((await drain('weur', true, query)).status).toBe(400);
  expect(await version()).toBe(before);
});

test('a drain reaches the region only once it is stored, and then answers with what the region is', async () => {
  const base = await version();
  done.length = 0;
  expect((await drain('weur', true, `base=${base + 1}`)).status).toBe(409);
  expect(done).toEqual([]);
  const answer = await drain('weur', true, `base=${base}`);
  expect(await answer.json()).toEqual({ region: 'weur', state: 'draining', clients: 3 });
  await drain('weur', false);
  const settle = activeConfig(env).config.routing.drainSettleSeconds;
  expect(done).toEqual([`drain weur ${settle}`, 'undrain weur']);
});

test.each([true, false])(
  'a store that does not answer is 503, and the region is left alone (drain: %s)',
  async (isDrained) => {
    done.length = 0;
    const answer = await drain('weur', isDrained, '', {
      ...env,
      CONFIG_STORE: brokenStore('it is overloaded'),
    });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      error: { code: 'store_unavailable', message: expect.stringContaining('it is overloaded') },
    });
    expect(done).toEqual([]);
  },
);

test('a store that fails when the drain is to be stored is 503 as well', async () => {
  done.length = 0;
  const store = brokenStore('it was reset', { current: async () => undefined });
  expect((await drain('weur', true, '', { ...env, CONFIG_STORE: store })).status).toBe(503);
  expect(done).toEqual([]);
});

test('without a store only the region itself is told', async () => {
  done.length = 0;
  const { CONFIG_STORE: _store, ...storeless } = env;
  expect((await drain('oc', true, '', storeless)).status).toBe(200);
  expect((await drain('oc', false, 'base=0', storeless)).status).toBe(200);
  expect(done).toEqual(['drain oc 60', 'undrain oc']);
});

async function version(): Promise<number> {
  return (await configStore(env)?.current())?.version ?? 0;
}

async function drain(region: string, isDrained: boolean, query = '', own = env): Promise<Response> {
  const pending: Promise<unknown>[] = [];
  const answer = await operateRegion(
    new Request(`https://meridian.example/api/regions/${region}/drain?${query}`),
    { ...activeConfig(own), env: own, audit: () => {}, background: (_name, work) => void pending.push(work) },
    { actor: 'ann', address: '192.0.2.1' },
    { id: region, operation: isDrained ? 'drain' : 'undrain' },
  );
  await Promise.all(pending);
  return answer;
}

const status = (region: string, state: RegionState): RegionStatus => {
  return { region, state, clients: 3, since: 0, objectAgeMs: 0, peers: [] };
};
