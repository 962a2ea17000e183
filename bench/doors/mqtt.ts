// What an MQTT client has through the edge, beside one at the WebSocket port of the same region's server. Three regions with
// JetStream, which keeps what is under way with QoS 1.

import mqtt, { type MqttClient } from 'mqtt';
import { LOOPBACK } from '../../local/listen.ts';
import { alternating } from '../alternating.ts';
import { startContestant } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import type { Measure } from '../result.ts';
import { median } from '../statistics.ts';

const CONTROL = 'MQTT, direct';
const TOPIC = 'bench/mqtt';
const PAYLOAD = Buffer.alloc(128);
const MS_PER_SECOND = 1_000;

/** Its streams have leaders within this. */
const CONNECTED_WITHIN_MS = 60_000;
const AGAIN_MS = 250;

/** How many are on their way at a time, one way: a server lets go of who does not read. */
const IN_FLIGHT = 500;

const LOAD_MS = 2_000;
const QUICK_LOAD_MS = 300;

export async function mqttMeasures(context: Context): Promise<readonly Measure[]> {
  await using undo = new AsyncDisposableStack();
  context.progress('doors: starting Meridian with MQTT');
  const request = { kind: 'meridian', jetstream: { backup: false, everySeconds: 60 }, mqtt: true } as const;
  const stack = undo.adopt(await startContestant('Meridian', request, context), (each) => each.close());
  const [[server], [region]] = [await stack.child.call.servers(), stack.regions];
  if (server === undefined || region === undefined) throw new Error('there is no region');
  const paths = [
    { name: CONTROL, url: `ws://${LOOPBACK}:${server.webSocket}/mqtt` },
    { name: 'MQTT, through the edge', url: `${stack.url}mqtt?region=${region}` },
  ];
  const durationMs = context.quick ? QUICK_LOAD_MS : LOAD_MS;
  const alternate = alternating(context, paths);
  return [
    ...(await alternate(
      [{ what: 'MQTT, QoS 0 to a reader, 128 B, p50', unit: 'ms', control: CONTROL }],
      async ({ url }) => [await withPair(url, (pair) => arrivalMs(pair, durationMs))],
    )),
    ...(await alternate(
      [{ what: 'MQTT, QoS 1 acknowledged, 128 B, p50', unit: 'ms', control: CONTROL }],
      async ({ url }) => [await withPair(url, ({ writer }) => acknowledgedMs(writer, durationMs))],
    )),
    ...(await alternate(
      [{ what: 'MQTT, QoS 0, 128 B', unit: 'msg/s', control: CONTROL }],
      async ({ url }) => [await withPair(url, (pair) => perSecond(pair, durationMs))],
    )),
  ];
}

interface Pair {
  readonly writer: MqttClient;
  readonly reader: MqttClient;
}

async function withPair<T>(url: string, use: (pair: Pair) => Promise<T>): Promise<T> {
  await using undo = new AsyncDisposableStack();
  const connect = async () => undo.adopt(await connected(url), (client) => client.endAsync(true));
  const pair = { writer: await connect(), reader: await connect() };
  await pair.reader.subscribeAsync(TOPIC, { qos: 0 });
  return await use(pair);
}

function connected(url: string): Promise<MqttClient> {
  const client = mqtt.connect(url, { protocolVersion: 4, reconnectPeriod: AGAIN_MS });
  const { promise, resolve, reject } = Promise.withResolvers<MqttClient>();
  const timer = setTimeout(() => {
    client.end(true);
    reject(new Error(`no MQTT at ${url} within ${CONNECTED_WITHIN_MS / MS_PER_SECOND} s`));
  }, CONNECTED_WITHIN_MS);
  client.on('connect', () => resolve(client));
  // Until the streams have leaders the server takes nobody; it is tried again.
  client.on('error', () => {});
  return promise.finally(() => clearTimeout(timer));
}

/** From one that is published to its arrival, one at a time. */
async function arrivalMs({ writer, reader }: Pair, durationMs: number): Promise<number> {
  return median(
    await times(durationMs, async () => {
      const arrived = new Promise<void>((resolve) => reader.once('message', () => resolve()));
      writer.publish(TOPIC, PAYLOAD, { qos: 0 });
      await arrived;
    }),
  );
}

async function acknowledgedMs(writer: MqttClient, durationMs: number): Promise<number> {
  return median(await times(durationMs, () => writer.publishAsync(TOPIC, PAYLOAD, { qos: 1 })));
}

/** How long each took, ms. */
async function times(durationMs: number, once: () => Promise<unknown>): Promise<readonly number[]> {
  const taken: number[] = [];
  const end = performance.now() + durationMs;
  while (performance.now() < end) {
    const began = performance.now();
    await once();
    taken.push(performance.now() - began);
  }
  return taken;
}

/** Messages that arrive. */
async function perSecond({ writer, reader }: Pair, durationMs: number): Promise<number> {
  let [sent, arrived] = [0, 0];
  const began = performance.now();
  const { promise, resolve } = Promise.withResolvers<number>();
  const send = () => {
    while (sent - arrived < IN_FLIGHT && performance.now() - began < durationMs) {
      writer.publish(TOPIC, PAYLOAD, { qos: 0 });
      sent += 1;
    }
    if (arrived === sent) resolve((arrived / (performance.now() - began)) * MS_PER_SECOND);
  };
  const hear = () => {
    arrived += 1;
    if (arrived === sent || sent - arrived < IN_FLIGHT / 2) send();
  };
  reader.on('message', hear);
  send();
  return promise.finally(() => reader.off('message', hear));
}
