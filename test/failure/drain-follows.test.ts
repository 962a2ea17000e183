// A region's drain follows the configuration, however that came to be.

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { beginOutage } from '../outages/outage.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf, type Region } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { regionIs, stateOf } from '../support/mesh-state.ts';

const GRACE_SECONDS = 5;
const PLAIN = { jetstream: false };

const running = useStack({
  ...configOf(['weur', 'eeur', 'enam', 'oc'], { weur: PLAIN, eeur: PLAIN, enam: PLAIN, oc: PLAIN }),
  lameDuck: { graceSeconds: GRACE_SECONDS, durationSeconds: 30 },
});

const DRAINED_WITHIN_MS = 30_000;
const UP_WITHIN_MS = 5_000;

/** nats-server closes one a second. */
const DRAINED_CLIENTS = 10;

async function version(): Promise<number> {
  return (await running.stack.api.config()).version;
}

async function rollbackTo(earlier: number): Promise<void> {
  await running.stack.api.rollback({ version: earlier, base: await version() });
}

async function withDrain(region: Region, drain: boolean): Promise<void> {
  const { version: base, config } = await running.stack.api.config();
  const regions = config.regions.map((each) => (each.id === region ? { ...each, drain } : each));
  await running.stack.api.put({ base, config: { ...config, regions }, message: 'by an edit of the whole' });
}

describe('taken back while it settles, by', () => {
  test.each([
    ['a rollback', rollbackTo],
    ['an edit', () => withDrain('oc', false)],
    ['undrain', () => running.stack.api.operate('oc', 'undrain')],
  ])('%s: nobody is told to go, and the region is up', async (_, takeBack) => {
    const { stack } = running;
    await using client: Client = await connectFrom(stack.url, cityOf('oc'));
    const before = await version();
    await stack.api.operate('oc', 'drain');
    await takeBack(before);
    await regionIs(stack, 'oc', 'up', UP_WITHIN_MS);
    await delay(3_000);
    expect([await stateOf(stack, 'oc'), client.region]).toEqual(['up', 'oc']);
    await client.nats.flush();
  });
});

describe('taken back once it is drained, by', { timeout: 2 * DRAINED_WITHIN_MS }, () => {
  test.each([
    ['a rollback', rollbackTo],
    ['an edit', () => withDrain('oc', false)],
  ])('%s: it serves within seconds', async (_, takeBack) => {
    const { stack } = running;
    const before = await version();
    await stack.api.operate('oc', 'drain');
    await regionIs(stack, 'oc', 'asleep', DRAINED_WITHIN_MS);
    await takeBack(before);
    await regionIs(stack, 'oc', 'up', UP_WITHIN_MS);
  });
});

test('begun by an edit of the whole it is a drain like any other', async () => {
  const { stack } = running;
  await withDrain('eeur', true);
  await regionIs(stack, 'eeur', 'asleep', DRAINED_WITHIN_MS);
  expect((await stack.regions()).find(({ id }) => id === 'eeur')?.problem).toContain('drained');
  await withDrain('eeur', false);
  await regionIs(stack, 'eeur', 'up', UP_WITHIN_MS);
});

test('nobody is disconnected before the grace is over, also where the server pauses meanwhile, nor all at once', {
  timeout: 120_000,
}, async () => {
  const { stack } = running;
  const clients = await Promise.all(
    Array.from({ length: DRAINED_CLIENTS }, () =>
      connectFrom(stack.url, cityOf('enam'), { reconnect: false }),
    ),
  );
  const closedAt: number[] = [];
  for (const { nats } of clients) void nats.closed().then(() => closedAt.push(Date.now()));
  const toldAt = Promise.withResolvers<number>();
  for (const { nats } of clients) {
    void (async () => {
      for await (const { type } of nats.status()) if (type === 'ldm') toldAt.resolve(Date.now());
    })();
  }
  await stack.api.operate('enam', 'drain');
  const told = await toldAt.promise;
  await delay(1_000);
  {
    await using _outage = await beginOutage({ ...stack, kind: 'hung', regions: ['enam'] });
    await delay(2_500);
  }
  await waitFor('all to be disconnected', { timeoutMs: 60_000 }, () => closedAt.length === clients.length);
  const [first = 0] = closedAt;
  expect(first - told).toBeGreaterThan(GRACE_SECONDS * 1000 - 500);
  expect(closedAt.filter((at) => at - first < 200).length).toBeLessThan(clients.length / 2);
  await stack.api.operate('enam', 'undrain');
  await regionIs(stack, 'enam', 'up', UP_WITHIN_MS);
});

test('a server that got SIGTERM is draining, tells its clients to go, and is started again after the last', async () => {
  const { stack } = running;
  await using client: Client = await connectFrom(stack.url, cityOf('weur'));
  expect(client.region).toBe('weur');
  const server = stack.engine.server('nats-weur')?.app;
  await server?.kill('SIGTERM');
  await regionIs(stack, 'weur', 'draining', UP_WITHIN_MS);
  await using other: Client = await connectFrom(stack.url, cityOf('weur'));
  expect(other.region).not.toBe('weur');
  await regionIs(stack, 'weur', 'up', DRAINED_WITHIN_MS);
  expect(stack.engine.server('nats-weur')?.app).not.toBe(server);
});
