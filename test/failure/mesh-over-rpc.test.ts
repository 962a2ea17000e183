// The mesh where the objects cannot connect to each other: its links go over RPC, and do all that they do elsewhere.

import { createInbox } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { awaitInterest } from '../support/interest.ts';
import { linkBetween, meshIsWhole } from '../support/mesh-state.ts';
import { monitorOf, readMonitor } from '../support/monitor.ts';

const TWO = configOf(['enam', 'weur'], { enam: { jetstream: false }, weur: { jetstream: false } });
const running = useStack({ ...TWO, mesh: { ...TWO.mesh, transport: 'rpc' } });

const DELIVERY_TIMEOUT_MS = 10_000;
const FLOOD = 20_000;

async function floodAcross(publisher: Client, subscriber: Client): Promise<readonly number[]> {
  const subject = createInbox();
  const received: number[] = [];
  subscriber.nats.subscribe(subject, {
    callback: (_error, message) => void received.push(Number(message.string())),
  });
  await awaitInterest(subscriber.nats, [publisher.nats]);
  for (let n = 0; n < FLOOD; n += 1) publisher.nats.publish(subject, `${n}`);
  await waitFor(`${FLOOD} messages`, { timeoutMs: DELIVERY_TIMEOUT_MS }, () => received.length >= FLOOD);
  return received;
}

test('a link over RPC says so, carries everything both ways, and is made again when it is cut', async () => {
  const { stack } = running;
  await meshIsWhole(stack);
  expect(await linkBetween(stack, 'enam', 'weur')).toMatchObject({ state: 'up', transport: 'rpc' });
  await using one: Client = await connectFrom(stack.url, cityOf('enam'));
  await using other: Client = await connectFrom(stack.url, cityOf('weur'));
  const numbers = Array.from({ length: FLOOD }, (_, n) => n);
  expect(await floodAcross(one, other)).toEqual(numbers);

  const { routes } = await readMonitor(await monitorOf(stack.engine, 'weur'), 'routez');
  expect(stack.engine.server('nats-weur')?.sidecar.cutConnection(routes[0]?.port ?? 0)).toBe(true);
  await waitFor('the link to be made again', { timeoutMs: DELIVERY_TIMEOUT_MS }, async () => {
    const { state, remade } = await linkBetween(stack, 'enam', 'weur');
    return state === 'up' && remade === 1;
  });
  expect(await floodAcross(one, other)).toEqual(numbers);
  expect(await floodAcross(other, one)).toEqual(numbers);
});

test('a server that is killed is linked again over RPC', async () => {
  const { stack } = running;
  const { since } = await linkBetween(stack, 'enam', 'weur');
  await stack.engine.server('nats-weur')?.app.kill('SIGKILL');
  await waitFor('the link to go', { timeoutMs: DELIVERY_TIMEOUT_MS }, async () => {
    return (await linkBetween(stack, 'enam', 'weur')).since !== since;
  });
  await meshIsWhole(stack);
  expect(await linkBetween(stack, 'enam', 'weur')).toMatchObject({ state: 'up', transport: 'rpc' });
});
