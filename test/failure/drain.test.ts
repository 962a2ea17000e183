import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { loadConfig } from '../../local/load-config.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { cityOf } from '../support/data/places.ts';
import { jetStreamIsReady, publishFirst } from '../support/streams.ts';

let stack: Stack;

beforeAll(async () => {
  const { path } = await ensureNatsServer();
  const { config } = await loadConfig();
  // The shortest that nats-server takes.
  const lameDuck = { graceSeconds: 1, durationSeconds: 30 };
  stack = await startStack({ config: { ...config, lameDuck }, natsServer: path });
});

afterAll(() => stack.close());

/** Grace period and duration of lame duck mode, and the time to reconnect. */
const DRAINED_WITHIN_MS = 60_000;
const CLIENTS = 200;

test('a drained region is chosen no more, and taken back before the signal it goes on as if nothing had been', async () => {
  await using client: Client = await connectFrom(stack.url, cityOf('oc'));
  expect(client.region).toBe('oc');
  expect(await stack.api.operate('oc', 'drain')).toMatchObject({ region: 'oc', state: 'draining' });
  expect(await regionNow('oc')).not.toBe('oc');
  expect(await stack.api.operate('oc', 'undrain')).toMatchObject({ state: 'up' });
  await waitFor(
    'clients from there to be sent there again',
    { timeoutMs: 5_000 },
    async () => (await regionNow('oc')) === 'oc',
  );
  await client.nats.flush();
  expect(client.nats.isClosed()).toBe(false);
});

test('a region with 200 clients is drained: each moves once, and nothing that was acknowledged is lost', {
  timeout: 240_000,
}, async () => {
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, () => connectFrom(stack.url, cityOf('weur'))),
  );
  const disconnects = clients.map(() => 0);
  for (const [index, { nats }] of clients.entries()) {
    nats.subscribe('news', { callback: () => {} });
    void (async () => {
      for await (const { type } of nats.status())
        if (type === 'disconnect') disconnects[index] = (disconnects[index] ?? 0) + 1;
    })();
  }
  const [publisher] = clients;
  if (publisher === undefined) throw new Error('no client');
  await using watcher: Client = await connectFrom(stack.url, cityOf('enam'));
  await jetStreamIsReady(watcher.nats);
  const manager = await jetstreamManager(watcher.nats, { checkAPI: false });
  await manager.streams.add({ name: 'DRAIN', subjects: ['drain.*'], num_replicas: 3 });
  await publishFirst(publisher.nats, 'drain.first', 'first');

  let acknowledged = 0;
  let stop = false;
  const publishing = (async () => {
    const js = jetstream(publisher.nats);
    while (!stop) {
      try {
        await js.publish(`drain.${acknowledged}`, new Uint8Array(16), { timeout: 1_000 });
        acknowledged += 1;
      } catch {
        // Not acknowledged: it may be published again, and is not counted.
      }
    }
  })();

  expect(await stack.api.operate('weur', 'drain')).toMatchObject({ state: 'draining' });
  await waitFor('weur to be empty and asleep', { timeoutMs: DRAINED_WITHIN_MS }, async () => {
    return (await stack.regions()).find(({ id }) => id === 'weur')?.state === 'asleep';
  });
  await waitFor('every client to be back', { timeoutMs: 10_000 }, async () => {
    await Promise.all(clients.map(({ nats }) => nats.flush()));
    return true;
  });
  stop = true;
  await publishing;
  expect(Math.max(...disconnects)).toBe(1);
  expect(clients.map(({ nats }) => nats.info?.server_name)).not.toContain('nats-weur');
  const { state } = await manager.streams.info('DRAIN');
  expect(state.messages).toBeGreaterThanOrEqual(acknowledged);
  expect(acknowledged).toBeGreaterThan(0);

  expect((await stack.api.operate('weur', 'undrain')).region).toBe('weur');
  await waitFor(
    'weur to serve again',
    { timeoutMs: 20_000 },
    async () => (await regionNow('weur')) === 'weur',
  );
  await Promise.all(clients.map((client) => client.close()));
});

/** Where a client from the city of a region lands. */
async function regionNow(home: Parameters<typeof cityOf>[0]): Promise<string> {
  await using client = await connectFrom(stack.url, cityOf(home));
  return client.region;
}
