// What more regions cost: the time to the whole mesh, which has n(n-1)/2 links, and the CPU that an idle mesh uses.

import { setTimeout as delay } from 'node:timers/promises';
import { alternating } from '../alternating.ts';
import { DISTINCT_PLACES } from '../contestants/config.ts';
import type { Kind } from '../contestants/contestant.ts';
import { startContestant } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import type { Program, Usage } from '../process-usage.ts';
import type { BenchResult, Measure } from '../result.ts';

const REGIONS = [2, 3, 6, 9, 12];
const QUICK_REGIONS = [2, 9];
const CONTROL = 'TCP cluster';
const CONTESTANTS: readonly { readonly name: string; readonly kind: Kind }[] = [
  { name: CONTROL, kind: 'tcp-cluster' },
  { name: 'Meridian', kind: 'meridian' },
];
const PROGRAMS: readonly Program[] = ['workerd', 'engine', 'nats-server'];

/** Wait before measuring CPU: what remains of the start is done by then. */
const SETTLE_MS = 1000;
const IDLE_MS = 5000;

/** The shortest there is, so that each region reconciles within the time. */
const RECONCILE_SECONDS = IDLE_MS / 1000;
const PERCENT = 100;

export async function growth(context: Context): Promise<BenchResult> {
  const measures: Measure[] = [];
  for (const regions of context.quick ? QUICK_REGIONS : REGIONS)
    measures.push(...(await measure(regions, context)));
  return {
    name: 'growth',
    title: 'More regions',
    rounds: context.rounds,
    notes: [
      'The mesh is timed from running workerd (from the first spawn in the control) until every link is up.',
      `CPU of one core, all processes of a program together, over ${IDLE_MS / 1000} s with no clients. Ticks of 10 ms: below 1 % it is coarse. Regions reconcile every ${RECONCILE_SECONDS} s here, not every 30, so each does it once: an upper bound.`,
      `Cloudflare has ${DISTINCT_PLACES} places; with more regions than that the Worker would refuse the configuration, so the benchmark leaves the rule about places (regions/rules/place.ts) out of it.`,
    ],
    measures,
  };
}

async function measure(regions: number, context: Context): Promise<readonly Measure[]> {
  return alternating(
    context,
    CONTESTANTS,
    0,
  )(
    [
      { what: `${regions} regions, whole mesh`, unit: 's', control: CONTROL },
      ...PROGRAMS.map(
        (program) =>
          ({ what: `${regions} regions, idle ${program}`, unit: '% CPU', control: CONTROL }) as const,
      ),
    ],
    async ({ name, kind }) => {
      const contestant = await startContestant(
        name,
        { kind, regions, reconcileSeconds: RECONCILE_SECONDS },
        context,
      );
      try {
        const { workerd = 0, mesh = 0 } = contestant.steps;
        await delay(SETTLE_MS, undefined, { signal: context.signal });
        const before = await contestant.child.call.usage();
        const from = performance.now();
        await delay(IDLE_MS, undefined, { signal: context.signal });
        const after = await contestant.child.call.usage();
        const ms = performance.now() - from;
        const parts =
          kind === 'meridian'
            ? PROGRAMS
            : PROGRAMS.map((program) => (program === 'nats-server' ? program : undefined));
        return [
          (mesh - workerd) / 1000,
          ...parts.map((program) =>
            program === undefined ? Number.NaN : share(before[program], after[program], ms),
          ),
        ];
      } finally {
        await contestant.close();
      }
    },
  );
}

function share(before: Usage, after: Usage, ms: number): number {
  return ((after.cpuMs - before.cpuMs) / ms) * PERCENT;
}
