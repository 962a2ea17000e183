// What collecting metrics costs clients: the same stack with the collector and without it, under the same loads.

import { alternating } from '../alternating.ts';
import { connecting } from '../connect/connecting.ts';
import { type Contestant, withContestants } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import { cpuRows, withCpu } from '../cpu-per-message.ts';
import { LoadClients } from '../load/clients.ts';
import type { BenchResult, Goal, Measure, MeasureOptions } from '../result.ts';

/** The first is what the others are compared with; its second run shows what differs by chance. */
const CONTROL = 'without';
const CONTESTANTS = {
  [CONTROL]: { kind: 'meridian', regions: 3, collects: false },
  'without, again': { kind: 'meridian', regions: 3, collects: false },
  collecting: { kind: 'meridian', regions: 3, collects: true },
} as const;

const OF = 'collecting' satisfies keyof typeof CONTESTANTS;
const CONNECT_GOALS: readonly Goal[] = [{ of: OF, against: CONTROL, atMost: 1.02 }];
const RATE_GOALS: readonly Goal[] = [{ of: OF, against: CONTROL, atLeast: 0.98 }];
const LATENCY_GOALS: readonly Goal[] = [{ of: OF, against: CONTROL, atMost: 1.02 }];

const CONNECTING = { control: CONTROL, goals: CONNECT_GOALS, runs: 10, connects: 100 };
const PINGS = 3_000;
const QUICK_PINGS = 500;

/** Longer than the ten seconds between two looks of the collector, so that each run has one. */
const LOAD_MS = 11_000;
const QUICK_LOAD_MS = 300;
const PAYLOAD_BYTES = 128;

export async function metrics(context: Context): Promise<BenchResult> {
  const measures = await withContestants(CONTESTANTS, context, async (contestants) => {
    await using clients = new LoadClients(context);
    return await measureAll(context, contestants, clients);
  });
  return {
    name: 'metrics',
    title: 'What collecting metrics costs clients',
    rounds: context.rounds,
    notes: [
      'without: the same Worker without the binding METRICS, twice: the two differ by chance only.',
      'Stacks of three regions. Connecting: to the first PONG, one after the other. Each run of messages is longer than the ten seconds between two looks of the collector.',
      'On one machine the collector takes turns with everything else on its cores; on Cloudflare it is elsewhere.',
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
  const row = (what: string, unit: MeasureOptions['unit'], goals: readonly Goal[] = []) => ({
    ...{ what, unit, goals, control: CONTROL },
  });
  const what = 'messages of 128 B, one way';
  return [
    ...(await connecting(context, contestants, clients, CONNECTING)),
    ...(await alternate([row('PING to PONG, p50', 'ms', LATENCY_GOALS)], async ({ url }) => {
      const { p50Ms } = await clients.near.call.pingLatency({ url, count: quick ? QUICK_PINGS : PINGS });
      await clients.closeLoads();
      return [p50Ms];
    })),
    ...(await alternate([row(what, 'msg/s', RATE_GOALS), ...cpuRows(what, CONTROL)], (each) =>
      withCpu(each, () =>
        clients.oneWay(
          { near: each.url, far: each.url },
          { pairs: 1, payloadBytes: PAYLOAD_BYTES, durationMs: quick ? QUICK_LOAD_MS : LOAD_MS },
        ),
      ),
    )),
  ];
}
