// One link of the mesh is cut, while both of its servers keep running.

import { createInbox } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { cityOf, type Region } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { awaitInterest } from '../support/interest.ts';
import { linkBetween } from '../support/mesh-state.ts';
import { monitorOf, readMonitor } from '../support/monitor.ts';

const running = useStack();

const BACK_WITHIN_MS = 1_000;
const DELIVERY_TIMEOUT_MS = 10_000;
const FLOOD = 20_000;

/** Cuts the link from the side of `at`. */
async function cut(at: Region, peer: Region): Promise<void> {
  const { engine } = running.stack;
  const { routes } = await readMonitor(await monitorOf(engine, at), 'routez');
  const port = routes.find(({ remote_name }) => remote_name === `nats-${peer}`)?.port ?? 0;
  expect(engine.server(`nats-${at}`)?.sidecar.cutConnection(port)).toBe(true);
}

/** How often the link was re-established. @throws Error if that is unknown */
async function timesRemade(at: Region, peer: Region): Promise<number> {
  const { remade: times } = await linkBetween(running.stack, at, peer);
  if (times === null) throw new Error(`the side that dials the link ${at} - ${peer} does not answer`);
  return times;
}

/** Both servers know each other again, by another connection than before. */
async function remade(at: Region, peer: Region, before: number): Promise<void> {
  await waitFor(`the link ${at} - ${peer} to be made again`, { timeoutMs: BACK_WITHIN_MS }, async () => {
    const link = await linkBetween(running.stack, at, peer);
    return link.state === 'up' && (link.remade ?? 0) > before;
  });
}

async function floodAcross(publisher: Client, subscriber: Client): Promise<readonly number[]> {
  const subject = createInbox();
  const received: number[] = [];
  const subscription = subscriber.nats.subscribe(subject, {
    callback: (_error, message) => {
      received.push(Number(message.string()));
    },
  });
  await awaitInterest(subscriber.nats, [publisher.nats]);
  for (let n = 0; n < FLOOD; n += 1) publisher.nats.publish(subject, `${n}`);
  await waitFor(`${FLOOD} messages`, { timeoutMs: DELIVERY_TIMEOUT_MS }, () => received.length >= FLOOD);
  subscription.unsubscribe();
  return received;
}

test.each([
  ['oc', 'weur'],
  ['weur', 'oc'],
] as const)(
  'cut at %s, the link to %s is back within a second, counted as remade, and carries everything again',
  async (at, peer) => {
    const { stack } = running;
    await using one: Client = await connectFrom(stack.url, cityOf(at));
    await using other: Client = await connectFrom(stack.url, cityOf(peer));
    const before = await timesRemade(at, peer);
    await cut(at, peer);
    await remade(at, peer, before);
    const numbers = Array.from({ length: FLOOD }, (_, n) => n);
    expect(await floodAcross(one, other)).toEqual(numbers);
    expect(await floodAcross(other, one)).toEqual(numbers);
    const { routes } = await readMonitor(await monitorOf(stack.engine, at), 'routez');
    expect(routes.length).toBe(stack.config.regions.length - 1);
  },
);

test('what is in flight during the cut may get lost, as core NATS says, but nothing arrives twice or out of order', async () => {
  const { stack } = running;
  await using tokyo: Client = await connectFrom(stack.url, cityOf('apac'));
  await using denver: Client = await connectFrom(stack.url, cityOf('wnam'));
  const subject = createInbox();
  const received: number[] = [];
  denver.nats.subscribe(subject, {
    callback: (_error, message) => {
      received.push(Number(message.string()));
    },
  });
  await awaitInterest(denver.nats, [tokyo.nats]);
  const before = await timesRemade('apac', 'wnam');
  let sent = 0;
  const publisher = setInterval(() => {
    for (let n = 0; n < 20; n += 1) {
      tokyo.nats.publish(subject, `${sent}`);
      sent += 1;
    }
  }, 1);
  try {
    await waitFor('messages before the cut', { timeoutMs: DELIVERY_TIMEOUT_MS }, () => received.length > 200);
    await cut('apac', 'wnam');
    await remade('apac', 'wnam', before);
    const resumed = sent;
    await waitFor(
      'messages after the cut',
      { timeoutMs: DELIVERY_TIMEOUT_MS },
      () => (received.at(-1) ?? 0) > resumed + 200,
    );
  } finally {
    clearInterval(publisher);
  }
  await waitFor('the last message', { timeoutMs: DELIVERY_TIMEOUT_MS }, () => received.at(-1) === sent - 1);
  console.log(`lost during the cut: ${sent - received.length} of ${sent}`);
  expect(received).toEqual([...new Set(received)].toSorted((a, b) => a - b));
});
