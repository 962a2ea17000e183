// MQTT clients, of a library that the project did not choose to write, at the nearest region: what they are promised by QoS 0, 1
// and 2, retained messages and wills, and their sessions, which another region takes up.

import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cfOf, cityOf, standingIn } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { jetStreamIsReady } from '../support/streams.ts';

const TOKEN = 'the-token-of-this-test';
/** The last has no JetStream of its own. */
const REGIONS = ['wnam', 'enam', 'weur', 'oc'] as const;
type Region = (typeof REGIONS)[number];

const running = useStack(
  { ...configOf(REGIONS), doors: { leafnode: false, mqtt: true } },
  { auth: { secrets: { NATS_TOKEN: TOKEN }, login: { token: TOKEN } } },
);

let open: MqttClient[] = [];
afterEach(async () => {
  await Promise.all(open.map((client) => client.endAsync(true)));
  open = [];
});

beforeAll(async () => {
  await using client = await connectFrom(running.stack.url, cityOf('weur'), { token: TOKEN });
  await jetStreamIsReady(client.nats);
}, 60_000);

interface Heard {
  readonly client: MqttClient;
  readonly messages: { readonly topic: string; readonly text: string; readonly retained: boolean }[];
}

/** A token is MQTT's password, whatever the name. */
async function clientIn(region: Region, options: IClientOptions = {}): Promise<Heard> {
  const url = `${running.stack.url.replace('http', 'ws')}/mqtt`;
  const client = mqtt.connect(url, {
    ...{ username: 'any', password: TOKEN, protocolVersion: 4, reconnectPeriod: 250, connectTimeout: 10_000 },
    wsOptions: { headers: standingIn(cfOf(cityOf(region))) },
    ...options,
  });
  open.push(client);
  const messages: Heard['messages'] = [];
  client.on('message', (topic, payload, { retain }) =>
    messages.push({ topic, text: payload.toString(), retained: retain }),
  );
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
  });
  return { client, messages };
}

const heardIn = (heard: Heard, count: number) =>
  waitFor(`${count} messages`, { timeoutMs: 15_000, pollMs: 50 }, () => heard.messages.length >= count);

test.each([0, 1, 2] as const)('what is published with QoS %i arrives once in another region', async (qos) => {
  const reader = await clientIn('wnam');
  await reader.client.subscribeAsync(`orders/${qos}/#`, { qos });
  const writer = await clientIn('weur');
  if (qos === 0) {
    // Interest takes a round trip to spread, and nothing of QoS 0 is kept.
    await waitFor('the first', { timeoutMs: 15_000, pollMs: 100 }, async () => {
      await writer.client.publishAsync(`orders/${qos}/first`, '0');
      return reader.messages.length > 0;
    });
    reader.messages.length = 0;
  }
  for (let n = 0; n < 20; n += 1) await writer.client.publishAsync(`orders/${qos}/n`, String(n), { qos });
  await heardIn(reader, 20);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const texts = reader.messages.filter(({ topic }) => topic.endsWith('/n')).map(({ text }) => text);
  expect(texts).toEqual(Array.from({ length: 20 }, (_, n) => String(n)));
});

test('a retained message is there for who comes later, elsewhere', async () => {
  const writer = await clientIn('weur');
  await writer.client.publishAsync('state/door', 'open', { qos: 1, retain: true });
  const reader = await clientIn('oc');
  await waitFor('it', { timeoutMs: 15_000, pollMs: 200 }, async () => {
    await reader.client.subscribeAsync('state/#', { qos: 1 });
    return reader.messages.length > 0;
  });
  expect(reader.messages[0]).toEqual({ topic: 'state/door', text: 'open', retained: true });
});

test('a region without JetStream takes clients too', async () => {
  const { client, messages } = await clientIn('oc', { clientId: 'far', clean: false });
  await waitFor('it to be counted there', { timeoutMs: 10_000, pollMs: 200 }, async () => {
    const oc = (await running.stack.regions()).find(({ id }) => id === 'oc');
    return oc?.jetstream === false && oc.clients === 1;
  });
  await client.subscribeAsync('far/#', { qos: 2 });
  await client.publishAsync('far/a', 'x', { qos: 2 });
  await waitFor('it', { timeoutMs: 15_000, pollMs: 50 }, () => messages.length === 1);
});

test('the will of a client that vanishes is published', async () => {
  const reader = await clientIn('wnam');
  await reader.client.subscribeAsync('wills/#', { qos: 1 });
  const will = { topic: 'wills/sensor', payload: Buffer.from('gone'), qos: 1 as const, retain: false };
  const sensor = await clientIn('weur', { will, reconnectPeriod: 0 });
  sensor.client.stream.destroy();
  await heardIn(reader, 1);
  expect(reader.messages[0]).toMatchObject({ topic: 'wills/sensor', text: 'gone' });
});

test('messages go between MQTT and NATS', async () => {
  const device = await clientIn('weur');
  await device.client.subscribeAsync('to/device', { qos: 0 });
  await using client = await connectFrom(running.stack.url, cityOf('enam'), { token: TOKEN });
  const heard: string[] = [];
  client.nats.subscribe('from.device', { callback: (_, message) => void heard.push(message.string()) });
  await client.nats.flush();
  await waitFor('both', { timeoutMs: 15_000, pollMs: 100 }, async () => {
    client.nats.publish('to.device', 'hello');
    await device.client.publishAsync('from/device', 'hi');
    return heard.includes('hi') && device.messages.some(({ text }) => text === 'hello');
  });
});

test('a session is taken up in another region after its region is gone', { timeout: 90_000 }, async () => {
  const session = { clientId: 'meter-7', clean: false };
  const meter = await clientIn('weur', session);
  await meter.client.subscribeAsync('readings/#', { qos: 1 });
  const writer = await clientIn('enam');
  await writer.client.publishAsync('readings/a', 'before', { qos: 1 });
  await heardIn(meter, 1);
  const gone = new Promise<void>((resolve) => meter.client.once('close', () => resolve()));
  const back = new Promise<void>((resolve) => meter.client.on('connect', () => resolve()));
  await running.stack.engine.beginOutage('nats-weur');
  try {
    await gone;
    // It waits in the session, in JetStream.
    await waitFor('it to be taken', { timeoutMs: 30_000, pollMs: 200 }, async () => {
      await writer.client.publishAsync('readings/b', 'meanwhile', { qos: 1 });
      return true;
    });
    const wentAt = Date.now();
    await back;
    await heardIn(meter, 2);
    console.log(`the session was taken up ${Date.now() - wentAt} ms after a message came meanwhile`);
    expect(meter.messages.map(({ text }) => text)).toContain('meanwhile');
  } finally {
    running.stack.engine.endOutage('nats-weur');
  }
});

test('wrong credentials are refused as MQTT refuses them', async () => {
  await expect(clientIn('weur', { password: 'wrong', reconnectPeriod: 0 })).rejects.toThrow(
    /not authorized/i,
  );
});
