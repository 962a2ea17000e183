// `regions restart` on a JetStream region of a real stack: its server comes back with an empty disk, and nothing that was
// acknowledged is lost.

import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JetStream } from '../../api/jetstream.ts';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { loadConfig } from '../../local/load-config.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { cityOf } from '../support/data/places.ts';
import { runRegions } from '../support/regions-command.ts';
import { API_TIMEOUT_MS, jetStreamIsReady, publishFirst } from '../support/streams.ts';

const REGION = 'wnam';
const MESSAGES = 50;

let stack: Stack;

beforeAll(async () => {
  const { path } = await ensureNatsServer();
  const { config } = await loadConfig();
  // The shortest that nats-server takes.
  const lameDuck = { graceSeconds: 1, durationSeconds: 30 };
  stack = await startStack({ config: { ...config, lameDuck }, natsServer: path });
});

afterAll(() => stack.close());

test('a restarted JetStream region holds every stream again, and only then is the restart done', {
  timeout: 150_000,
}, async () => {
  await using client: Client = await connectFrom(stack.url, cityOf('oc'));
  await jetStreamIsReady(client.nats);
  const manager = await jetstreamManager(client.nats, { timeout: API_TIMEOUT_MS });
  await manager.streams.add({ name: 'ORDERS', subjects: ['orders.*'], num_replicas: 3 });
  await publishFirst(client.nats, 'orders.new', '1');
  for (let order = 2; order <= MESSAGES; order += 1) {
    await jetstream(client.nats).publish('orders.new', String(order));
  }
  const before = stack.engine.server(`nats-${REGION}`)?.app;

  const { code, out, err } = await run('restart', REGION, '--yes');
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  expect(out).toContain(`Done: ${REGION}.`);

  expect(before).toBeDefined();
  expect(stack.engine.server(`nats-${REGION}`)?.app).not.toBe(before);
  const { members } = JSON.parse((await run('jetstream', '--json')).out) as JetStream;
  expect(members.find(({ region }) => region === REGION)).toMatchObject({ state: 'full', server: 'up' });
  const { state } = await manager.streams.info('ORDERS');
  expect(state).toMatchObject({ messages: MESSAGES, first_seq: 1, last_seq: MESSAGES });
});

const run = (...args: readonly string[]) => runRegions(args, { edge: stack });
