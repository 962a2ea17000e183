// Clients of TCP that `meridian connect` carries, and whose region goes.

import { connect } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { listen } from '../../cli/connect/listener.ts';
import { LOOPBACK } from '../../local/listen.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { cfOf, cityOf, standingIn } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { meshIsWhole } from '../support/mesh-state.ts';

const running = useStack();

const MOVED_WITHIN_MS = 10_000;

test('a client of TCP in Paris is carried to weur, goes on in eeur when that is gone, and keeps its subscriptions', async () => {
  const { stack } = running;
  const told: string[] = [];
  const listener = await listen({
    at: { host: LOOPBACK, port: 0 },
    target: {
      url: new URL('/nats', stack.url.replace('http', 'ws')),
      headers: standingIn(cfOf(cityOf('weur'))),
    },
    tell: (_client, what) => told.push(what),
  });
  const nats = await connect({
    servers: `${LOOPBACK}:${listener.port}`,
    reconnectTimeWait: 50,
    maxReconnectAttempts: -1,
  });
  try {
    const got: string[] = [];
    nats.subscribe('carried', { callback: (_error, message) => void got.push(message.string()) });
    await nats.flush();
    expect(told).toEqual(['taken by region weur']);
    await stack.engine.beginOutage('nats-weur');
    await waitFor('the next region', { timeoutMs: MOVED_WITHIN_MS }, () =>
      told.includes('taken by region eeur'),
    );
    await nats.flush();
    nats.publish('carried', 'in eeur');
    await waitFor('the message', { timeoutMs: MOVED_WITHIN_MS }, () => got.includes('in eeur'));
  } finally {
    stack.engine.endOutage('nats-weur');
    await nats.close();
    await listener.close();
  }
  await meshIsWhole(stack);
});
