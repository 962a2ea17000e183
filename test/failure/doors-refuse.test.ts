// What the doors refuse, and that it is refused to who it is for: leaf nodes that guess or are too many, and MQTT at a server that
// does not have it yet, while clients of the same address and of the same region are served as before.

import type { Socket } from 'node:net';
import { platform } from 'node:process';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cfOf, cityOf, standingIn } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { clientFrame, rawUpgrade } from '../support/raw-upgrade.ts';
import { runRegions } from '../support/regions-command.ts';
import { jetStreamIsReady } from '../support/streams.ts';

const TOKEN = 'the-token-of-this-test';
const PARIS = cityOf('weur');
const MOST_LEAFS = 6;
const MOST_FAILED = 8;
const MOST_UNAUTHENTICATED = 4;
const ANSWERED_WITHIN_MS = 5_000;

const limits = {
  maxConnections: 1_000,
  maxUnauthenticatedPerAddress: MOST_UNAUTHENTICATED,
  maxUnauthenticated: 200,
  maxPayloadBytes: 1_048_576,
  maxFailedSignInsPerAddress: MOST_FAILED,
  maxLeafs: MOST_LEAFS,
};

const running = useStack(
  {
    ...configOf(['wnam', 'enam', 'weur'], { wnam: { limits }, enam: { limits }, weur: { limits } }),
    doors: { leafnode: true, mqtt: false },
  },
  {
    auth: {
      secrets: { NATS_TOKEN: TOKEN, NATS_LEAF_USERS: 'factory secret' },
      login: { token: TOKEN },
    },
  },
);

const sockets = new Set<Socket>();
const clients = new Set<MqttClient>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await Promise.all([...clients].map((client) => client.endAsync(true)));
  clients.clear();
});

/** A leaf node of a few bytes: what the edge answers it, and the server. */
async function leaf(localAddress: string, pass: string, name: string) {
  const url = `${running.stack.url}/leafnode`;
  const { status, body, headers, socket } = await rawUpgrade(url, standingIn(cfOf(PARIS)), { localAddress });
  if (socket === undefined) return { status, body, region: undefined, heard: '' };
  sockets.add(socket);
  let heard = '';
  socket.on('error', () => {});
  socket.on('data', (bytes: Buffer) => {
    heard += bytes.toString('latin1');
  });
  const connect = { user: 'factory', pass, name, server_id: name };
  socket.write(clientFrame(`CONNECT ${JSON.stringify(connect)}\r\n`));
  socket.write(clientFrame('PING\r\n'));
  await waitFor('an answer', { timeoutMs: ANSWERED_WITHIN_MS }, () => /PONG|-ERR/.test(heard));
  return { status, body, region: headers['x-nats-region'], heard };
}

const clientInParis = () => connectFrom(running.stack.url, PARIS, { token: TOKEN });

test.runIf(platform === 'linux')(
  'leaf nodes that guess are refused by their address; its clients and other leaf nodes are not',
  { timeout: 60_000 },
  async () => {
    const statuses: number[] = [];
    // Each region finds it out for itself.
    while (statuses.at(-1) !== 503 && statuses.length < 6 * MOST_FAILED) {
      const { status, heard } = await leaf('127.0.0.2', `guess ${statuses.length}`, 'guesser');
      if (status === 101) expect(heard).toContain('Authorization Violation');
      statuses.push(status);
    }
    expect(statuses.at(-1)).toBe(503);
    expect(statuses.length).toBeGreaterThan(3 * MOST_FAILED);
    const { body } = await leaf('127.0.0.2', 'secret', 'guesser');
    expect(body).toContain('too many sign-ins of leaf nodes of this address have failed');
    expect(await leaf('127.0.0.3', 'secret', 'other')).toMatchObject({ status: 101, region: 'weur' });
    await using client = await clientInParis();
    expect(client.region).toBe('weur');
    // Of that address, whose leaf nodes are refused.
    const upgraded = await rawUpgrade(running.stack.url, standingIn(cfOf(PARIS)), {
      localAddress: '127.0.0.2',
    });
    if (upgraded.socket !== undefined) sockets.add(upgraded.socket);
    expect(upgraded.headers['x-nats-region']).toBe('weur');
  },
);

test('a region that has as many leaf nodes as it takes is still the region of its clients', async () => {
  await waitFor('the others to have left', { timeoutMs: 10_000, pollMs: 200 }, async () =>
    (await running.stack.regions()).every(({ leafs = 0 }) => leafs === 0),
  );
  const regions: (string | string[] | undefined)[] = [];
  for (let count = 0; count <= MOST_LEAFS; count += 1)
    regions.push((await leaf('127.0.0.1', 'secret', `leaf-${count}`)).region);
  expect(regions.slice(0, MOST_LEAFS)).toEqual(Array.from({ length: MOST_LEAFS }, () => 'weur'));
  expect(regions.at(-1)).not.toBe('weur');
  await using client = await clientInParis();
  expect(client.region).toBe('weur');
});

async function mqttClient(): Promise<MqttClient> {
  const client = mqtt.connect(`${running.stack.url.replace('http', 'ws')}/mqtt`, {
    ...{ username: 'any', password: TOKEN, protocolVersion: 4, reconnectPeriod: 0, connectTimeout: 20_000 },
    wsOptions: { headers: standingIn(cfOf(PARIS)) },
  });
  clients.add(client);
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
  });
  return client;
}

test('servers without MQTT refuse it until they are restarted; idle MQTT clients then shut nobody out', {
  timeout: 180_000,
}, async () => {
  const { version, config } = await running.stack.api.config();
  const doors = { ...config.doors, mqtt: true };
  await running.stack.api.put({ base: version, config: { ...config, doors }, message: 'MQTT' });
  const answer = () => rawUpgrade(`${running.stack.url}/mqtt`, standingIn(cfOf(PARIS)));
  const refused = await waitFor('the door to be open', { timeoutMs: 10_000, pollMs: 200 }, async () => {
    const response = await answer();
    return response.status === 404 ? undefined : response;
  });
  expect(refused.status).toBe(503);
  expect(refused.body).toContain('restart it (npm run regions -- restart)');
  await using before = await clientInParis();
  expect(before.region).toBe('weur');
  await jetStreamIsReady(before.nats);

  const { code, out, err } = await runRegions(['restart', '--yes'], { edge: running.stack });
  expect(code, out + err).toBe(0);
  await using after = await clientInParis();
  await jetStreamIsReady(after.nats);
  for (let count = 0; count < 3 * MOST_UNAUTHENTICATED; count += 1) await mqttClient();
  await waitFor('all of them to be counted there', { timeoutMs: 10_000, pollMs: 200 }, async () => {
    const weur = (await running.stack.regions()).find(({ id }) => id === 'weur');
    return (weur?.clients ?? 0) >= 3 * MOST_UNAUTHENTICATED;
  });
});
