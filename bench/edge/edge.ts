// What the edge costs a client: the same loads through Meridian, through the platform with none of our code, through
// the stock container class, and directly to a nats-server.

import { alternating } from '../alternating.ts';
import { type Contestant, withContestants } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import { cpuRows, withCpu } from '../cpu-per-message.ts';
import { LoadClients, MESSAGE_SIZES } from '../load/clients.ts';
import type { BenchResult, Goal, Measure } from '../result.ts';

const CONTESTANTS = {
  direct: { kind: 'direct' },
  platform: { kind: 'platform' },
  stock: { kind: 'stock' },
  Meridian: { kind: 'meridian' },
} as const;

/** Requests in flight for throughput: enough that no program waits for a single answer. Large ones need fewer. */
const IN_FLIGHT = 64;
const LARGE_BYTES = 65_536;
const LARGE_IN_FLIGHT = 8;

const RATE_GOALS: readonly Goal[] = [
  { of: 'Meridian', against: 'platform', atLeast: 0.95 },
  { of: 'Meridian', against: 'stock', atLeast: 1.4, floor: 'platform' },
];
const LATENCY_GOALS: readonly Goal[] = [
  { of: 'Meridian', against: 'platform', atMost: 1.05 },
  { of: 'Meridian', against: 'stock', atMost: 0.65, floor: 'platform' },
];

export async function edge(context: Context): Promise<BenchResult> {
  const measures = await withContestants(CONTESTANTS, context, async (contestants) => {
    await using clients = new LoadClients(context);
    return await measureAll(context, contestants, clients);
  });
  return {
    name: 'edge',
    title: 'A client through the edge',
    rounds: context.rounds,
    notes: [
      'Publisher and subscriber, requester and responder are clients in two processes of their own, both of one region.',
      `One way: WebSocket frames of 64 KiB, as a client makes them that publishes in a loop, or a frame for each message, as one that publishes now and then; 8 MiB under way at most. Requests per second: ${IN_FLIGHT} in flight (${LARGE_IN_FLIGHT} of 256 KiB).`,
      'direct: WebSocket to a nats-server. platform: a Worker, an object and a container with nothing of ours. stock: `containerFetch` of @cloudflare/containers.',
    ],
    measures,
  };
}

async function measureAll(
  context: Context,
  contestants: readonly Contestant[],
  clients: LoadClients,
): Promise<Measure[]> {
  const { quick } = context;
  const alternate = alternating(context, contestants);
  const durationMs = quick ? 300 : 1000;
  const pings = quick ? 500 : 3000;
  const measures = [
    ...(await alternate(
      [
        { what: 'PING to PONG, p50', unit: 'ms', control: 'platform', goals: LATENCY_GOALS },
        { what: 'PING to PONG, p99', unit: 'ms', control: 'platform' },
      ],
      async ({ url }) => {
        const { p50Ms, p99Ms } = await clients.near.call.pingLatency({ url, count: pings });
        await clients.closeLoads();
        return [p50Ms, p99Ms];
      },
    )),
    ...(await alternate(
      [{ what: 'connecting, to the first PONG, p50', unit: 'ms', control: 'platform' }],
      async ({ url }) => [(await clients.near.call.connectLatency({ url, count: quick ? 20 : 100 })).p50Ms],
    )),
  ];
  const goals = RATE_GOALS;
  for (const [size, payloadBytes] of quick ? MESSAGE_SIZES.slice(1, 3) : MESSAGE_SIZES) {
    const shape = { pairs: 1, payloadBytes, durationMs };
    const ends = ({ url }: Contestant) => ({ near: url, far: url });
    measures.push(
      ...(await alternate(
        [
          { what: `${size} one way`, unit: 'msg/s', control: 'platform', goals },
          ...cpuRows(`${size} one way`, 'platform'),
        ],
        (each) => withCpu(each, () => clients.oneWay(ends(each), shape)),
      )),
      ...(await alternate(
        [{ what: `${size} one way, a frame each`, unit: 'msg/s', control: 'platform', goals }],
        async (each) => [(await clients.oneWay(ends(each), { ...shape, isFramedEach: true })).perSecond],
      )),
      ...(await alternate(
        [{ what: `${size} request/reply`, unit: 'msg/s', control: 'platform', goals }],
        async (each) => [(await clients.requests(ends(each), shape, inFlightOf(payloadBytes))).perSecond],
      )),
      ...(await alternate(
        [{ what: `${size} request/reply, p50`, unit: 'ms', control: 'platform', goals: LATENCY_GOALS }],
        async (each) => [(await clients.requests(ends(each), shape, 1)).p50Ms],
      )),
    );
  }
  return measures;
}

function inFlightOf(payloadBytes: number): number {
  return payloadBytes < LARGE_BYTES ? IN_FLIGHT : LARGE_IN_FLIGHT;
}
