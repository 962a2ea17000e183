// MQTT.js in a browser, from its own bundle: QoS 0, 1 and 2, retained messages, wills, and a session that another region takes up.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { launchBrowser } from '../support/browser.ts';
import { connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { type MqttPage, openMqttPage, type PageClient, type Qos } from '../support/mqtt-page.ts';
import { jetStreamIsReady } from '../support/streams.ts';

const TOKEN = 'the-token-of-this-test';
const WITHIN = { timeoutMs: 30_000, pollMs: 100 };

const running = useStack(
  { ...configOf(['wnam', 'enam', 'weur']), doors: { leafnode: false, mqtt: true } },
  { auth: { secrets: { NATS_TOKEN: TOKEN }, login: { token: TOKEN } } },
);

let browser: Browser | undefined;

beforeAll(async () => {
  browser = await launchBrowser();
  await using client = await connectFrom(running.stack.url, cityOf('weur'), { token: TOKEN });
  await jetStreamIsReady(client.nats);
}, 90_000);
afterAll(() => browser?.close());

type Connect = (region: string, options?: Readonly<Record<string, unknown>>) => Promise<PageClient>;

function inBrowser(name: string, run: (connect: Connect) => Promise<void>): void {
  test(name, { timeout: 90_000 }, async ({ skip }) => {
    if (browser === undefined) {
      console.warn(`LEFT OUT, since no browser can be had here: ${name}`);
      return skip('no browser can be had here');
    }
    await using page: MqttPage = await openMqttPage(browser);
    const url = `${running.stack.url.replace('http', 'ws')}/mqtt`;
    await run((region, options = {}) =>
      page.connect(`${url}?region=${region}`, {
        ...{ username: 'any', password: TOKEN, protocolVersion: 4, reconnectPeriod: 250 },
        ...options,
      }),
    );
  });
}

const texts = async (client: PageClient, topic: string) =>
  (await client.heard()).filter((each) => each.topic === topic).map(({ text }) => text);

const clientsOf = async (region: string) =>
  (await running.stack.regions()).find(({ id }) => id === region)?.clients ?? 0;

inBrowser(
  'what is published arrives once, with its QoS, in the order in which it was sent',
  async (connect) => {
    const reader = await connect('wnam');
    const writer = await connect('weur');
    await waitFor('each to be where its query says', WITHIN, async () => {
      const counts = await Promise.all(['wnam', 'weur', 'enam'].map(clientsOf));
      return counts.join() === '1,1,0';
    });
    const numbers = Array.from({ length: 20 }, (_, n) => String(n));
    for (const qos of [0, 1, 2] as const satisfies readonly Qos[]) {
      await reader.subscribe(`orders/${qos}/#`, qos);
      // Interest takes a round trip to spread, and nothing of QoS 0 is kept.
      await waitFor('the first', WITHIN, async () => {
        await writer.publish(`orders/${qos}/first`, '', { qos });
        return (await texts(reader, `orders/${qos}/first`)).length > 0;
      });
      const topic = `orders/${qos}/n`;
      for (const n of numbers) await writer.publish(topic, n, { qos });
      await writer.publish(`orders/${qos}/last`, '', { qos });
      await waitFor('the last', WITHIN, async () => (await texts(reader, `orders/${qos}/last`)).length > 0);
      expect(await texts(reader, topic)).toEqual(numbers);
      const heard = (await reader.heard()).filter((each) => each.topic === topic);
      expect(new Set(heard.map((each) => each.qos))).toEqual(new Set([qos]));
    }
  },
);

inBrowser('a retained message is there for who comes later, elsewhere', async (connect) => {
  const writer = await connect('weur');
  await writer.publish('state/door', 'open', { qos: 1, retain: true });
  const reader = await connect('enam');
  await waitFor('it', WITHIN, async () => {
    await reader.subscribe('state/#', 1);
    return (await reader.heard()).length > 0;
  });
  expect((await reader.heard())[0]).toEqual({ topic: 'state/door', text: 'open', qos: 1, retained: true });
});

inBrowser('the will of a page that is closed is published', async (connect) => {
  const reader = await connect('wnam');
  await reader.subscribe('wills/#', 1);
  const will = { topic: 'wills/page', payload: 'gone', qos: 1, retain: false };
  const page = await connect('weur', { will });
  await page.vanish();
  await waitFor('the will', WITHIN, async () => (await texts(reader, 'wills/page')).includes('gone'));
});

inBrowser('a session is taken up in another region after its region is gone', async (connect) => {
  const meter = await connect('weur', { clientId: 'page-7', clean: false });
  await meter.subscribe('readings/#', 1);
  const writer = await connect('enam');
  await writer.publish('readings/a', 'before', { qos: 1 });
  await waitFor('the first', WITHIN, async () => (await texts(meter, 'readings/a')).length > 0);
  await running.stack.engine.beginOutage('nats-weur');
  try {
    await writer.publish('readings/b', 'meanwhile', { qos: 1 });
    await waitFor('it to be connected elsewhere', WITHIN, async () => (await meter.connects()) > 1);
    await waitFor('what came meanwhile', WITHIN, async () =>
      (await texts(meter, 'readings/b')).includes('meanwhile'),
    );
  } finally {
    running.stack.engine.endOutage('nats-weur');
  }
});

inBrowser('wrong credentials are refused in words', async (connect) => {
  await expect(connect('enam', { password: 'wrong', reconnectPeriod: 0 })).rejects.toThrow(/not authorized/i);
});
