// How a second server of a region is best joined: as a leaf of the region's own server, or as one more member of the one
// cluster. Clients of the member are compared with clients of the region's own server.

import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type NatsConnection, wsconnect } from '@nats-io/nats-core';
import { LOOPBACK } from '../../local/listen.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { alternating } from '../alternating.ts';
import type { Context } from '../context.ts';
import { type Ends, LoadClients } from '../load/clients.ts';
import type { BenchResult, Measure } from '../result.ts';
import { median } from '../statistics.ts';
import { measureThroughStack } from './through-the-stack.ts';
import { startTopology, type Topology } from './topology.ts';

const CONTROL = 'own server';
const CONTESTANTS = [
  [CONTROL, 'none'],
  ['leaf member', 'leaf'],
  ['cluster member', 'cluster'],
] as const;

const PAIRS = 2;
const PAYLOAD_BYTES = 128;

const QUEUE_MESSAGES = 3_000;
const FAR_WORKERS = 3;
const SUBSCRIBERS = 50;
const FAN_MESSAGES = 2_000;
const QUICK_FAN_MESSAGES = 200;
const PUBLISHES = 500;
const QUICK_PUBLISHES = 50;

/** Everything arrives long before. */
const ARRIVES_WITHIN_MS = 20_000;

/** How long a request may take before it counts as lost. */
const REQUEST_TIMEOUT_MS = 250;

/** How long requests go on after a server was killed: several times as long as it takes to be back. */
const AFTER_MS = 1_500;

export async function members(context: Context): Promise<BenchResult> {
  await using undo = new AsyncDisposableStack();
  const topologies: Topology[] = [];
  for (const [name, join] of CONTESTANTS) {
    context.progress(`starting ${name}`);
    const topology = await startTopology(name, join, context.natsServer);
    undo.defer(topology.close);
    topologies.push(topology);
  }
  await using clients = new LoadClients(context);
  const measures = [
    ...(await measureLoads(context, topologies, clients)),
    ...(await measureThroughStack(context, clients)),
    ...(await measureInterest(context, topologies)),
    ...(await measureJetStream(context, topologies)),
    // Last, since it ends servers.
    ...(await measureLosses(context, topologies)),
  ];
  return {
    name: 'members',
    title: 'A second server in a region',
    rounds: context.rounds,
    notes: [
      `Work: one worker of a queue group at the member, ${FAR_WORKERS} in another region than the publisher's.`,
      "Three regions of one plain nats-server each, linked by TCP routes, with JetStream; a fourth server in the first region, joined by a link that is spliced in Node, the same for both kinds. `own server`: the same clients at the region's own server.",
      `Lost requests: of a client, every few milliseconds, each given up after ${REQUEST_TIMEOUT_MS} ms; a server that was killed is started again at once. Leaf links and routes are spliced anew within 20 ms.`,
      'Through Meridian: two regions, the first with two servers, on this machine; its clients say which of the two they had.',
      'Links, which are not measured: with k servers in each of 6 regions a cluster of all has 6k(6k-1)/2 of them (15, 66, 153, 276 for k = 1 to 4), leaves have 15 + 6(k-1) (15, 21, 27, 33).',
    ],
    measures,
  };
}

type EndsOf = (topology: Topology) => Ends;

const url = (port: number) => `nats://${LOOPBACK}:${port}`;

async function measureLoads(
  context: Context,
  topologies: readonly Topology[],
  clients: LoadClients,
): Promise<Measure[]> {
  const alternate = alternating(context, topologies);
  const shape = { pairs: PAIRS, payloadBytes: PAYLOAD_BYTES, durationMs: context.quick ? 300 : 1_000 };
  const paths: readonly (readonly [string, EndsOf])[] = [
    [
      "to clients of the region's own server",
      ({ member, own }) => ({ near: url(member.client), far: url(own.client) }),
    ],
    ['to another region', ({ member, other }) => ({ near: url(member.client), far: url(other.client) })],
  ];
  const measures: Measure[] = [];
  for (const [what, endsOf] of paths) {
    const latency = { what: `request/reply ${what}, p50`, unit: 'ms', control: CONTROL } as const;
    const rate = { what: `128 B one way ${what}`, unit: 'msg/s', control: CONTROL } as const;
    measures.push(
      ...(await alternate([latency], async (topology) => [
        (await clients.requests(endsOf(topology), shape, 1)).p50Ms,
      ])),
      ...(await alternate([rate], async (topology) => [
        (await clients.oneWay(endsOf(topology), shape)).perSecond,
      ])),
    );
  }
  return measures;
}

async function measureInterest(
  context: Context,
  topologies: readonly Topology[],
): Promise<readonly Measure[]> {
  const alternate = alternating(context, topologies, 0);
  const messages = context.quick ? QUICK_FAN_MESSAGES : FAN_MESSAGES;
  return [
    ...(await alternate(
      [
        {
          what: `of ${QUEUE_MESSAGES} messages published there, taken by the member's worker`,
          unit: 'count',
          control: CONTROL,
        },
        {
          what: `of ${QUEUE_MESSAGES} messages published in another region, taken by the member's worker`,
          unit: 'count',
          control: CONTROL,
        },
      ],
      async (topology) => [
        await takenBy(topology, topology.member.webSocket),
        await takenBy(topology, topology.other.webSocket),
      ],
    )),
    ...(await alternate(
      [
        {
          what: `fan-out from the region's own server to ${SUBSCRIBERS} subscribers`,
          unit: 'msg/s',
          control: CONTROL,
        },
      ],
      async (topology) => [await fanOut(topology, messages)],
    )),
  ];
}

/** How many the one worker at the member takes, with three in other regions. @param from where they are published */
async function takenBy({ member, third }: Topology, from: number): Promise<number> {
  await using near = await clientOf(member.webSocket);
  await using far = await clientOf(third.webSocket);
  await using publisher = await clientOf(from);
  let [taken, all] = [0, 0];
  const worker = (isNear: boolean) => () => {
    all += 1;
    if (isNear) taken += 1;
  };
  near.nats.subscribe('work', { queue: 'workers', callback: worker(true) });
  for (let index = 0; index < FAR_WORKERS; index += 1)
    far.nats.subscribe('work', { queue: 'workers', callback: worker(false) });
  for (const each of [near, far]) await untilHeard(publisher.nats, each.nats);
  for (let index = 0; index < QUEUE_MESSAGES; index += 1) publisher.nats.publish('work');
  await waitFor(
    'all of the work to be taken',
    { timeoutMs: ARRIVES_WITHIN_MS, pollMs: 5 },
    () => all >= QUEUE_MESSAGES,
  );
  return taken;
}

async function fanOut({ own, member }: Topology, messages: number): Promise<number> {
  await using publisher = await clientOf(own.webSocket);
  await using subscriber = await clientOf(member.webSocket);
  let arrived = 0;
  const count = () => {
    arrived += 1;
  };
  for (let index = 0; index < SUBSCRIBERS; index += 1) subscriber.nats.subscribe('fan', { callback: count });
  await subscriber.nats.flush();
  await untilHeard(publisher.nats, subscriber.nats);
  const wanted = messages * SUBSCRIBERS;
  const payload = new Uint8Array(PAYLOAD_BYTES);
  const started = performance.now();
  for (let index = 0; index < messages; index += 1) publisher.nats.publish('fan', payload);
  await waitFor(
    'all messages to arrive',
    { timeoutMs: ARRIVES_WITHIN_MS, pollMs: 2 },
    () => arrived >= wanted,
  );
  return (wanted / (performance.now() - started)) * 1000;
}

async function measureJetStream(
  context: Context,
  topologies: readonly Topology[],
): Promise<readonly Measure[]> {
  for (const { name, other } of topologies) {
    await using client = await clientOf(other.webSocket);
    const stream = { name: 'S', subjects: ['s.>'], num_replicas: 3 };
    await waitFor(`a stream of ${name}`, { timeoutMs: ARRIVES_WITHIN_MS, pollMs: 100 }, async () =>
      (await jetstreamManager(client.nats, { timeout: 1_000 })).streams.add(stream).then(
        () => true,
        () => false,
      ),
    );
  }
  const publishes = context.quick ? QUICK_PUBLISHES : PUBLISHES;
  return alternating(context, topologies)(
    [
      { what: 'acknowledged publish to a stream of 3 replicas, p50', unit: 'ms', control: CONTROL },
      { what: 'a message read from the stream, p50', unit: 'ms', control: CONTROL },
    ],
    async ({ member }) => {
      await using client = await clientOf(member.webSocket);
      const js = jetstream(client.nats);
      const manager = await jetstreamManager(client.nats);
      const published: number[] = [];
      const read: number[] = [];
      for (let index = 0; index < publishes; index += 1) {
        const { seq } = await timed(published, () => js.publish('s.x', new Uint8Array(PAYLOAD_BYTES)));
        await timed(read, () => manager.streams.getMessage('S', { seq }));
      }
      return [median(published), median(read)];
    },
  );
}

async function timed<T>(times: number[], run: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await run();
  times.push(performance.now() - started);
  return result;
}

async function measureLosses(context: Context, topologies: readonly Topology[]): Promise<readonly Measure[]> {
  const alternate = alternating(context, topologies, 0);
  const between =
    (ends: (topology: Topology) => readonly [number, number], killed: 'own' | 'member') =>
    async (topology: Topology): Promise<readonly number[]> => {
      // There is no member to lose.
      if (killed === 'member' && topology.join === 'none') return [Number.NaN];
      return [await longestGap(topology, ends(topology), killed)];
    };
  return [
    ...(await alternate(
      [
        {
          what: "the member killed: longest gap of requests from the region's own server to another region",
          unit: 'ms',
          control: CONTROL,
        },
      ],
      between(({ own, other }) => [own.webSocket, other.webSocket], 'member'),
    )),
    ...(await alternate(
      [
        {
          what: "the region's own server killed: longest gap of requests from the member to another region",
          unit: 'ms',
          control: CONTROL,
        },
      ],
      between(({ member, other }) => [member.webSocket, other.webSocket], 'own'),
    )),
  ];
}

/** The longest time between two answers while a server is killed and started again, ms. */
async function longestGap(
  topology: Topology,
  [from, to]: readonly [number, number],
  killed: 'own' | 'member',
): Promise<number> {
  await using asker = await clientOf(from);
  await using answerer = await clientOf(to);
  answerer.nats.subscribe('ask', { callback: (_error, message) => void message.respond() });
  await answerer.nats.flush();
  await untilHeard(asker.nats, answerer.nats);
  let isOver = false;
  let longest = 0;
  let answeredAt = performance.now();
  const asking = (async () => {
    while (!isOver) {
      const isAnswered = await asker.nats.request('ask', '', { timeout: REQUEST_TIMEOUT_MS }).then(
        () => true,
        () => false,
      );
      const now = performance.now();
      longest = Math.max(longest, now - answeredAt);
      if (isAnswered) answeredAt = now;
      // "no responders" comes at once.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  await topology.kill(killed);
  await topology.heal();
  await new Promise((resolve) => setTimeout(resolve, AFTER_MS));
  isOver = true;
  await asking;
  return longest;
}

async function clientOf(port: number): Promise<{ readonly nats: NatsConnection } & AsyncDisposable> {
  const nats = await wsconnect({
    servers: `ws://${LOOPBACK}:${port}`,
    reconnectTimeWait: 20,
    maxReconnectAttempts: -1,
  });
  return { nats, [Symbol.asyncDispose]: () => nats.close() };
}

let probes = 0;

/** Returns once what the one publishes reaches a subscription that the other has just made, and so all made before. */
async function untilHeard(publisher: NatsConnection, subscriber: NatsConnection): Promise<void> {
  probes += 1;
  const subject = `probe.${probes}`;
  const subscription = subscriber.subscribe(subject, {
    callback: (_error, message) => void message.respond(),
  });
  await subscriber.flush();
  await waitFor('interest to spread', { timeoutMs: ARRIVES_WITHIN_MS, pollMs: 10 }, () =>
    publisher.request(subject, '', { timeout: REQUEST_TIMEOUT_MS }).then(
      () => true,
      () => false,
    ),
  );
  subscription.unsubscribe();
}
