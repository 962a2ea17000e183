// What comes from outside and is no NATS client, and what those are told who only want to know whether the edge serves.

import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { expect, test } from 'vitest';
import { RETRY_AFTER_HEADER } from '../../api/headers.ts';
import { PATHS } from '../../api/paths.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cfOf, cityOf, standingIn } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { stateOf } from '../support/mesh-state.ts';
import { rawUpgrade } from '../support/raw-upgrade.ts';

const IDS = ['eeur', 'apac', 'oc'] as const;
const SLEEPY = { keepAwake: false, jetstream: false };

const running = useStack(configOf(IDS, { oc: SLEEPY }));

const SYDNEY = standingIn(cfOf(cityOf('oc')));

/** A region that was woken has a server within a fraction of this. */
const WOKEN_WITHIN_MS = 1_500;

test.each([
  ['of an old version', { 'sec-websocket-version': '8' }, 426],
  ['without a version', { 'sec-websocket-version': '' }, 426],
  ['with a key that is too short', { 'sec-websocket-key': randomBytes(15).toString('base64') }, 400],
  ['with no key', { 'sec-websocket-key': '' }, 400],
  ['that its connection does not name', { connection: 'keep-alive' }, 400],
])('an upgrade %s is refused, and wakes nobody', async (_what, headers, expected) => {
  const { stack } = running;
  const { status, socket } = await rawUpgrade(stack.url, { ...SYDNEY, ...headers });
  socket?.destroy();
  expect(status).toBe(expected);
  await staysAsleep();
});

test('neither does a POST that asks for an upgrade', async () => {
  const { stack } = running;
  const headers = {
    ...SYDNEY,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    'content-length': '0',
  };
  const status = await new Promise((resolve, reject) => {
    const sent = httpRequest(stack.url, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.once('error', reject);
    sent.once('upgrade', (_response, socket) => {
      socket.destroy();
      resolve('upgraded');
    });
    sent.end();
  });
  expect(status).toBe(405);
  await staysAsleep();
});

test('with every region drained, health says that nobody would be served, and why; with one back, that it serves', async () => {
  const { stack } = running;
  for (const id of IDS) await stack.api.operate(id, 'drain', { force: true });
  const response = await fetch(stack.url + PATHS.health);
  expect(response.status).toBe(503);
  expect(Number(response.headers.get(RETRY_AFTER_HEADER))).toBeGreaterThan(0);
  expect(await response.json()).toMatchObject({
    ok: false,
    regions: [],
    others: IDS.map((region) => ({ region, reason: 'drained in the configuration' })),
  });
  const { status, headers } = await rawUpgrade(stack.url, SYDNEY);
  expect(status).toBe(503);
  expect(Number(headers[RETRY_AFTER_HEADER])).toBeGreaterThan(0);
  await stack.api.operate('apac', 'undrain');
  await waitFor('apac to serve', { timeoutMs: 10_000 }, async () => (await stack.api.health()).ok);
  expect(await stack.api.health()).toMatchObject({ regions: ['apac'] });
});

async function staysAsleep(): Promise<void> {
  const since = Date.now();
  await waitFor('it to have slept on', { timeoutMs: 2 * WOKEN_WITHIN_MS }, () => {
    expect(running.stack.engine.server('nats-oc')).toBeUndefined();
    return Date.now() - since > WOKEN_WITHIN_MS;
  });
  expect(await stateOf(running.stack, 'oc')).toBe('asleep');
}
