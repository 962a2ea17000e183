// What an isolate's first request waits for what its data center knows: the same connect with that wait and without it,
// through whole stacks.

import { alternating } from '../alternating.ts';
import { type Contestant, withContestants } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import { LoadClients } from '../load/clients.ts';
import type { BenchResult } from '../result.ts';

const CONNECTS = 300;
const QUICK_CONNECTS = 20;

/** Enough that there is a choice. */
const REGIONS = 2;

const US_PER_MS = 1000;

const CONTROL = 'not waiting';

/** Each stack's Worker takes every connect for the first that its isolate sees. */
const CONTESTANTS = {
  [CONTROL]: { kind: 'meridian', regions: REGIONS, firstVisit: 'unawaited' },
  'not waiting, again': { kind: 'meridian', regions: REGIONS, firstVisit: 'unawaited' },
  'a record is there': { kind: 'meridian', regions: REGIONS, firstVisit: 'known' },
  'none is there': { kind: 'meridian', regions: REGIONS, firstVisit: 'unknown' },
} as const;

export async function firstVisit(context: Context): Promise<BenchResult> {
  const measures = await withContestants(CONTESTANTS, context, async (contestants) => {
    await using clients = new LoadClients(context);
    const count = context.quick ? QUICK_CONNECTS : CONNECTS;
    return await alternating(context, contestants)(
      [
        { what: 'connecting as the first, p50', unit: 'ms', control: CONTROL },
        { what: 'connecting as the first, p99', unit: 'ms', control: CONTROL },
        { what: 'connecting as the first, CPU of workerd', unit: 'us', control: CONTROL },
      ],
      (each) => connect(each, clients, count),
    );
  });
  return {
    name: 'first-visit',
    title: "What an isolate's first request waits for what its data center knows",
    rounds: context.rounds,
    notes: [
      `Connecting: to the first PONG, one after the other, through stacks of ${REGIONS} regions. The Workers differ in one module: each connect is decided as if it were the first that its isolate sees, with the wait for the record in the Cache API or without it.`,
      'The record is that of six regions with 36 round trips each. The cache is that of Miniflare, in a workerd process of the same machine.',
    ],
    measures,
  };
}

async function connect({ url, child }: Contestant, clients: LoadClients, count: number) {
  const before = await child.call.usage();
  const { p50Ms, p99Ms } = await clients.near.call.connectLatency({ url, count });
  const after = await child.call.usage();
  return [p50Ms, p99Ms, ((after.workerd.cpuMs - before.workerd.cpuMs) * US_PER_MS) / count];
}
