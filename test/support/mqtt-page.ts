// A page with MQTT.js's own browser bundle, as a web application loads it: served on loopback, driven by a test.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext } from 'playwright-core';
import { LOOPBACK } from '../../local/listen.ts';

export type Qos = 0 | 1 | 2;

export interface HeardInPage {
  readonly topic: string;
  readonly text: string;
  readonly qos: Qos;
  readonly retained: boolean;
}

/** A client in a page of its own. */
export interface PageClient {
  subscribe(topic: string, qos: Qos): Promise<void>;
  /** Resolves once the server has acknowledged it, as far as its QoS goes. */
  publish(
    topic: string,
    text: string,
    options: { readonly qos: Qos; readonly retain?: boolean },
  ): Promise<void>;
  heard(): Promise<readonly HeardInPage[]>;
  /** How often it was connected. */
  connects(): Promise<number>;
  /** As when its tab is closed: without a farewell. */
  vanish(): Promise<void>;
}

export interface MqttPage extends AsyncDisposable {
  /** @throws what the client is refused with. @param options of MQTT.js */
  connect(url: string, options: Readonly<Record<string, unknown>>): Promise<PageClient>;
}

/** What the page does for its test. */
const SCRIPT = `
  const heard = [];
  let client, connects = 0;
  const connect = (url, options) => new Promise((resolve, reject) => {
    client = mqtt.connect(url, options);
    client.on('message', (topic, payload, { qos, retain }) =>
      heard.push({ topic, text: new TextDecoder().decode(payload), qos, retained: retain }));
    client.on('connect', () => { connects += 1; resolve(); });
    client.once('error', reject);
  });
  const subscribe = async (topic, qos) => {
    const [granted] = await client.subscribeAsync(topic, { qos });
    if (granted.qos !== qos) throw new Error('granted is QoS ' + granted.qos);
  };
  const publish = async (topic, text, options) => { await client.publishAsync(topic, text, options); };
`;

/** Serves the page on loopback, so that the edge of a local stack takes what it sends. */
export async function openMqttPage(browser: Browser): Promise<MqttPage> {
  const bundle = await readFile(createRequire(import.meta.url).resolve('mqtt/dist/mqtt.min'), 'utf8');
  const server = createServer(({ url }, response) => {
    const isBundle = url === '/mqtt.js';
    response.setHeader('content-type', isBundle ? 'text/javascript' : 'text/html');
    response.end(isBundle ? bundle : `<script src="/mqtt.js"></script><script>${SCRIPT}</script>`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, LOOPBACK, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const context = await browser.newContext();
  return {
    connect: (url, options) => connectIn(context, `http://${LOOPBACK}:${port}/`, [url, options]),
    [Symbol.asyncDispose]: async () => {
      await context.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function connectIn(
  context: BrowserContext,
  address: string,
  args: readonly unknown[],
): Promise<PageClient> {
  const page = await context.newPage();
  await page.goto(address);
  const call = (name: string, ...values: readonly unknown[]) =>
    page.evaluate<void>(`${name}(${values.map((value) => JSON.stringify(value)).join()})`);
  await call('connect', ...args);
  return {
    subscribe: (...values) => call('subscribe', ...values),
    publish: (...values) => call('publish', ...values),
    heard: () => page.evaluate<readonly HeardInPage[]>('heard'),
    connects: () => page.evaluate<number>('connects'),
    vanish: () => page.close(),
  };
}
