// A server that takes connections and serves none: its clients are elsewhere within seconds, and it is left alone when
// it was only slow.

import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { beginOutage } from '../outages/outage.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { meshIsWhole, regionIs } from '../support/mesh-state.ts';

const NO_STREAMS = { jetstream: false };

const running = useStack(
  configOf(['weur', 'eeur', 'enam'], { weur: NO_STREAMS, eeur: NO_STREAMS, enam: NO_STREAMS }),
);

const PARIS = cityOf('weur');
const SERVED_ELSEWHERE_WITHIN_MS = 10_000;
const SHOWN_WITHIN_MS = 6_000;

/** Shorter than two seconds, which a server may take to answer. */
const PAUSE_MS = 1_500;

const hang = () => beginOutage({ ...running.stack, kind: 'hung', regions: ['weur'] });

async function clientsInParis(count: number): Promise<readonly Client[]> {
  return Promise.all(Array.from({ length: count }, () => connectFrom(running.stack.url, PARIS)));
}

test('a server that pauses for less than two seconds is left alone, and nobody is disconnected', async () => {
  const { stack } = running;
  await using client: Client = await connectFrom(stack.url, PARIS);
  const server = stack.engine.server('nats-weur')?.app;
  for (let pause = 0; pause < 3; pause += 1) {
    {
      await using _outage = await hang();
      await delay(PAUSE_MS);
    }
    await client.nats.flush();
  }
  expect([client.region, stack.engine.server('nats-weur')?.app]).toEqual(['weur', server]);
  expect(client.nats.stats().inMsgs).toBe(0);
});

test('clients of a server that hangs are served elsewhere within ten seconds; it is down from the first look on, and comes back', async () => {
  const { stack } = running;
  const clients = await clientsInParis(20);
  expect(new Set(clients.map(({ region }) => region))).toEqual(new Set(['weur']));
  const server = stack.engine.server('nats-weur')?.app;
  {
    await using _outage = await hang();
    await waitFor('weur to be told as down', { timeoutMs: SHOWN_WITHIN_MS }, async () => {
      const weur = (await stack.regions()).find(({ id }) => id === 'weur');
      return weur?.state === 'down' && weur.problem !== undefined;
    });
    await waitFor('all clients to be served elsewhere', { timeoutMs: SERVED_ELSEWHERE_WITHIN_MS }, () =>
      clients.every(({ region, nats }) => region !== 'weur' && !nats.isClosed()),
    );
    await Promise.all(clients.map(({ nats }) => nats.flush()));
  }
  await regionIs(stack, 'weur', 'up', SERVED_ELSEWHERE_WITHIN_MS);
  expect(stack.engine.server('nats-weur')?.app).not.toBe(server);
  await meshIsWhole(stack);
  await Promise.all(clients.map((client) => client.close()));
});

test('a region without clients whose server hangs is found by the first client, who is served elsewhere', async () => {
  const { stack } = running;
  await using _outage = await hang();
  await using client: Client = await connectFrom(stack.url, PARIS, { timeout: SERVED_ELSEWHERE_WITHIN_MS });
  expect(client.region).not.toBe('weur');
  await regionIs(stack, 'weur', 'up', 2 * SERVED_ELSEWHERE_WITHIN_MS);
});
