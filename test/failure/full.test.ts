// A region takes as many clients as its limit says, and refuses the next in time for another region: nobody gets a 101
// and is then told that there is no room.

import type { Socket } from 'node:net';
import { platform } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cfOf, cityOf, standingIn } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { monitorOf, readMonitor } from '../support/monitor.ts';
import { clientFrame, rawUpgrade, type Upgraded } from '../support/raw-upgrade.ts';

const LIMIT = 20;
const limits = {
  maxConnections: LIMIT,
  maxUnauthenticatedPerAddress: 20,
  maxUnauthenticated: 200,
  maxPayloadBytes: 1_048_576,
};

const running = useStack(
  configOf(['weur', 'eeur', 'enam'], {
    weur: { limits, jetstream: false },
    eeur: { jetstream: false },
    enam: { jetstream: false },
  }),
);

const PARIS = cityOf('weur');
const IN_PARIS = standingIn(cfOf(PARIS));
const EMPTIED_WITHIN_MS = 5_000;
/** A full region that has emptied is asked again, and chosen, within this. */
const CHOSEN_AGAIN_WITHIN_MS = 10_000;

/** What nats.js and the others say of themselves. */
const CONNECT = clientFrame('CONNECT {"verbose":false,"lang":"test","version":"1"}\r\nPING\r\n');

const sockets = new Set<Socket>();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await waitFor('weur to be empty', { timeoutMs: EMPTIED_WITHIN_MS }, async () => (await connected()) === 0);
  await waitFor('weur to be chosen again', { timeoutMs: CHOSEN_AGAIN_WITHIN_MS }, async () => {
    await using client = await connectFrom(running.stack.url, PARIS);
    return client.region === 'weur';
  });
});

async function connected(): Promise<number> {
  const monitor = await monitorOf(running.stack.engine, 'weur');
  return (await readMonitor(monitor, 'connz')).connections.length;
}

async function upgrade(headers: Record<string, string> = {}, address?: string): Promise<Upgraded> {
  const from = address === undefined ? {} : { localAddress: address };
  const upgraded = await rawUpgrade(running.stack.url, { ...IN_PARIS, ...headers }, from);
  upgraded.socket?.on('error', () => {});
  if (upgraded.socket !== undefined) sockets.add(upgraded.socket);
  return upgraded;
}

function heardFrom({ socket }: Upgraded): () => string {
  let heard = '';
  socket?.on('data', (bytes: Buffer) => {
    heard += bytes.toString('latin1');
  });
  return () => heard;
}

/** Clients of one address that authenticate once they are taken. */
function arriveAtOnce(count: number, headers?: Record<string, string>) {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const upgraded = await upgrade(headers);
      const heard = heardFrom(upgraded);
      upgraded.socket?.write(CONNECT);
      return { ...upgraded, heard };
    }),
  );
}

test('of three times as many clients at once as there is room for, all are served, and none is told that there is none', async () => {
  const upgrades = await arriveAtOnce(3 * LIMIT);
  expect(upgrades.map(({ status }) => status)).toEqual(upgrades.map(() => 101));
  await waitFor('all to be served', { timeoutMs: EMPTIED_WITHIN_MS }, () =>
    upgrades.every(({ heard }) => heard().includes('PONG')),
  );
  expect(upgrades.filter(({ heard }) => heard().includes('maximum connections'))).toEqual([]);
  expect(await connected()).toBeLessThanOrEqual(LIMIT);
});

test('a region fills up to its limit, whoever insists on it then is refused, and room that is made is used', async () => {
  const force = { 'x-nats-force-region': 'weur' };
  for (let client = 0; client < LIMIT; client += 1) {
    const upgraded = await upgrade(force);
    expect(upgraded.status, `client ${client}: ${upgraded.body}`).toBe(101);
    const heard = heardFrom(upgraded);
    upgraded.socket?.write(CONNECT);
    await waitFor('an answer', { timeoutMs: EMPTIED_WITHIN_MS }, () => heard().includes('PONG'));
  }
  const refused = await upgrade(force);
  expect(refused.status).toBe(503);
  expect(refused.body).toContain('full');
  await using elsewhere: Client = await connectFrom(running.stack.url, PARIS);
  expect(elsewhere.region).not.toBe('weur');
  await waitFor('its status to say so', { timeoutMs: EMPTIED_WITHIN_MS }, async () => {
    const weur = (await running.stack.regions()).find(({ id }) => id === 'weur');
    return weur?.clients === LIMIT && weur.maxClients === LIMIT;
  });
  const [leaving] = sockets;
  leaving?.destroy();
  await waitFor('the room to be used', { timeoutMs: CHOSEN_AGAIN_WITHIN_MS }, async () => {
    return (await upgrade(force)).status === 101;
  });
});

test('a full region that has emptied is chosen again within ten seconds', async () => {
  await arriveAtOnce(LIMIT, { 'x-nats-force-region': 'weur' });
  await waitFor(
    'its data center to know that it is full',
    { timeoutMs: CHOSEN_AGAIN_WITHIN_MS },
    async () => {
      await using _elsewhere = await connectFrom(running.stack.url, PARIS);
      const { rejected } = await running.stack.api.route({}, IN_PARIS);
      return rejected.some(({ region, effects }) => region === 'weur' && effects.at(-1)?.code === 'full');
    },
  );
  for (const socket of sockets) socket.destroy();
  await waitFor('it to be chosen again', { timeoutMs: CHOSEN_AGAIN_WITHIN_MS }, async () => {
    await using client = await connectFrom(running.stack.url, PARIS);
    return client.region === 'weur';
  });
});

test('clients of one address that come at once and authenticate fill the region', async () => {
  const upgrades = await arriveAtOnce(LIMIT, { 'x-nats-force-region': 'weur' });
  expect(upgrades.map(({ status }) => status)).toEqual(upgrades.map(() => 101));
  await waitFor('all to be served', { timeoutMs: EMPTIED_WITHIN_MS }, () =>
    upgrades.every(({ heard }) => heard().includes('PONG')),
  );
});

test.runIf(platform === 'linux')(
  'of sockets that say nothing a region holds no more of an address than its limit',
  async () => {
    const force = { 'x-nats-force-region': 'eeur' };
    const idle = await Promise.all(Array.from({ length: 60 }, () => upgrade(force, '127.0.0.2')));
    const taken = idle.filter(({ status }) => status === 101).length;
    expect(taken).toBe(limits.maxUnauthenticatedPerAddress);
    expect((await upgrade(force, '127.0.0.2')).status).not.toBe(101);
    expect((await upgrade(force, '127.0.0.3')).status).toBe(101);
  },
);

test.runIf(platform === 'linux')('sockets that say nothing do not lock the region for others', async () => {
  const idle = await Promise.all(
    Array.from({ length: 25 }, () => upgrade({ 'x-nats-force-region': 'weur' }, '127.0.0.2')),
  );
  const taken = idle.filter(({ status }) => status === 101).length;
  expect(taken).toBeGreaterThan(0);
  expect(taken).toBeLessThanOrEqual(LIMIT / 2);
  await delay(1_000);
  const forced = await upgrade({ 'x-nats-force-region': 'weur' }, '127.0.0.3');
  expect(forced.status).toBe(101);
  await using client: Client = await connectFrom(running.stack.url, PARIS);
  expect(client.region).toBe('weur');
});
