// Links of several routes: that of the system account is made with the others, carries JetStream's servers, and comes back with them.

import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from '../support/client.ts';
import { defaultConfig } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { linkBetween, meshIsWhole } from '../support/mesh-state.ts';
import { monitorOf, readMonitor } from '../support/monitor.ts';
import { API_TIMEOUT_MS, jetStreamIsReady } from '../support/streams.ts';

const config = defaultConfig();
/** Routes of a pair that the accounts share; more than one come with that of the system account. */
const POOL_SIZE = 2;
const running = useStack({ ...config, mesh: { ...config.mesh, poolSize: POOL_SIZE } });

const SYSTEM = '$SYS';
const WITHIN = { timeoutMs: 30_000, pollMs: 100 };

async function routesOf(region: string) {
  return (await readMonitor(await monitorOf(running.stack.engine, region), 'routez')).routes;
}

/** Of each pair of regions, at each end. */
async function allHaveAll(): Promise<void> {
  const { config } = running.stack;
  await waitFor('all routes from each region to each other', WITHIN, async () => {
    const all = await Promise.all(config.regions.map(({ id }) => routesOf(id)));
    const peers = config.regions.length - 1;
    return all.every((routes) => {
      const system = routes.filter(({ account }) => account === SYSTEM);
      const ids = new Set(system.map(({ remote_id }) => remote_id));
      return routes.length === (POOL_SIZE + 1) * peers && system.length === peers && ids.size === peers;
    });
  });
  await meshIsWhole(running.stack);
}

test('each pair of regions has all routes, a region counts each peer once, and JetStream stores on three', async () => {
  const { stack } = running;
  await allHaveAll();
  for (const { peers } of await stack.regions()) expect(peers).toHaveLength(stack.config.regions.length - 1);
  await using sydney = await connectFrom(stack.url, cityOf('oc'));
  await jetStreamIsReady(sydney.nats);
  const manager = await jetstreamManager(sydney.nats, { timeout: API_TIMEOUT_MS });
  await manager.streams.add({ name: 'ORDERS', subjects: ['orders'], num_replicas: 3 });
  const { seq } = await jetstream(sydney.nats, { timeout: API_TIMEOUT_MS }).publish('orders', 'one');
  expect(seq).toBe(1);
});

test('the route of the system account cut alone, the link is made again with all', async () => {
  const { stack } = running;
  await allHaveAll();
  const { remade } = await linkBetween(stack, 'oc', 'weur');
  const isSystem = ({ remote_name, account }: { readonly remote_name?: string; readonly account?: string }) =>
    remote_name === 'nats-weur' && account === SYSTEM;
  const port = (await routesOf('oc')).find(isSystem)?.port ?? 0;
  expect(stack.engine.server('nats-oc')?.sidecar.cutConnection(port)).toBe(true);
  await waitFor('the link to be made again', WITHIN, async () => {
    const link = await linkBetween(stack, 'oc', 'weur');
    return link.state === 'up' && (link.remade ?? 0) > (remade ?? 0);
  });
  await allHaveAll();
});

test('a region that is killed comes back with all routes to each other one', async () => {
  await running.stack.engine.server('nats-enam')?.app.kill('SIGKILL');
  await waitFor('its routes to be gone', WITHIN, async () => {
    const routes = await routesOf('oc');
    return routes.every(({ remote_name }) => remote_name !== 'nats-enam');
  });
  await allHaveAll();
});
