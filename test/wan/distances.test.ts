// `--wan`: the latency of real distances on one machine. Only lower bounds are asserted: a busy machine makes
// everything later, and nothing may be earlier.

import { expect, test } from 'vitest';
import { FORCE_REGION_HEADER } from '../../api/headers.ts';
import { expectedRttMs } from '../../routing/latency/prior.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf, type Region } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { awaitInterest } from '../support/interest.ts';
import { linkBetween } from '../support/mesh-state.ts';
import { callSessions } from '../support/session-calls.ts';

const config = configOf(['weur', 'oc'], {
  weur: { jetstream: false },
  oc: { keepAwake: true },
});

const running = useStack({ ...config, sessions: { ...config.sessions, madeBy: 'admins' } }, { wan: true });

const [SYDNEY, PARIS] = [cityOf('oc'), cityOf('weur')];

/** nats.js rounds a round trip to whole ms. */
const ROUNDING_MS = 1;

function between(a: Region, b: Region): number {
  const [from, to] = [a, b].map((id) => config.regions.find((region) => region.id === id));
  if (from === undefined || to === undefined) throw new Error(`no regions ${a} and ${b}`);
  return expectedRttMs(from, to);
}

test('a client is as far from a region as the model says, and much nearer to its own', async () => {
  const { url } = running.stack;
  await using near = await connectFrom(url, SYDNEY);
  await using far = await connectFrom(url, SYDNEY, { headers: { [FORCE_REGION_HEADER]: 'weur' } });
  expect([near.region, far.region]).toEqual(['oc', 'weur']);
  const nearMs = Math.min(await near.nats.rtt(), await near.nats.rtt(), await near.nats.rtt());
  const farMs = await far.nats.rtt();
  expect(farMs).toBeGreaterThanOrEqual(200);
  expect(nearMs).toBeLessThan(farMs);
});

test('a session is as far as the region near which it was placed', async () => {
  const { stack } = running;
  const answer = await callSessions(stack, 'POST', '/api/containers?region=weur', {
    body: { sessionId: 'far' },
  });
  const { url, token } = answer.body.container ?? { url: '', token: '' };
  await using client = await connectFrom(url, SYDNEY, { token });
  expect(client.nats.info?.server_name).toBe('session-far');
  expect(await client.nats.rtt()).toBeGreaterThanOrEqual(200);
});

test('a route is as long as the way between its regions', async () => {
  let rttMs = 0;
  await waitFor('the route to be measured', { timeoutMs: 10_000 }, async () => {
    rttMs = (await linkBetween(running.stack, 'oc', 'weur')).rttMs ?? 0;
    return rttMs > 0;
  });
  expect(rttMs).toBeGreaterThanOrEqual(between('oc', 'weur') - ROUNDING_MS);
});

test('what crosses the world is late, whole and in order', async () => {
  const { url } = running.stack;
  await using sydney = await connectFrom(url, SYDNEY);
  await using paris = await connectFrom(url, PARIS);
  const received: { readonly text: string; readonly at: number }[] = [];
  const arrivals = paris.nats.subscribe('across', { max: 1000 });
  await awaitInterest(paris.nats, [sydney.nats]);
  const sentAt = performance.now();
  for (let n = 0; n < 1000; n += 1) sydney.nats.publish('across', `${n}`);
  for await (const message of arrivals) received.push({ text: message.string(), at: performance.now() });
  expect(received.map(({ text }) => text)).toEqual(Array.from({ length: 1000 }, (_, n) => `${n}`));
  for (const { at } of received)
    expect(at - sentAt).toBeGreaterThanOrEqual(between('oc', 'weur') / 2 - ROUNDING_MS);
});
