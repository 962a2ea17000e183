// What hedging costs a client whose best region takes it at once: the same hand-over with and without it, alone in
// workerd and as a part of connecting through a whole stack.

import { fileURLToPath } from 'node:url';
import { convertV4MiniflareOptions } from 'miniflare';
import { startMiniflare } from '../../local/miniflare.ts';
import { alternating } from '../alternating.ts';
import { bundleWorker } from '../contestants/bundle-worker.ts';
import { type Contestant, withContestants } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import { LoadClients } from '../load/clients.ts';
import { usageBelow } from '../process-usage.ts';
import type { BenchResult, Goal, Measure } from '../result.ts';
import { CONTESTANTS, CONTROL } from './contestants.ts';

/** In a round: enough that CPU times, counted in hundredths of a second, are exact to a few percent. */
const HAND_OFFS = 40_000;
const QUICK_HAND_OFFS = 4_000;

const CONNECTS = 500;
const QUICK_CONNECTS = 20;

/** Enough that there is something to hedge with. */
const REGIONS = 3;

const WITH_HEDGE = 'hand-off' satisfies (typeof CONTESTANTS)[number];
const SAME_TIME: readonly Goal[] = [{ of: WITH_HEDGE, against: CONTROL, atMost: 1.05 }];
/** A connect takes milliseconds: this is less than 1% of one. */
const FEW_MICROSECONDS: readonly Goal[] = [{ of: WITH_HEDGE, atMost: 50 }];

const US_PER_MS = 1000;
const MS_PER_SECOND = 1000;
const NS_PER_US = 1000;

const WORKER = fileURLToPath(new URL('workerd/worker.ts', import.meta.url));

export async function handOff(context: Context): Promise<BenchResult> {
  return {
    name: 'hand-off',
    title: 'What hedging costs a healthy connect',
    rounds: context.rounds,
    notes: [
      'without hedge: dials the first region and awaits it; no timer, no second region. The same code runs twice as two contestants: they differ by chance only.',
      'A hand-off: in workerd alone, six regions of which the first takes the client at once.',
      `Connecting: to the first PONG, one after the other, through stacks of ${REGIONS} regions; the Workers differ in that one module.`,
    ],
    measures: [...(await measureAlone(context)), ...(await measureConnecting(context))],
  };
}

async function measureAlone(context: Context): Promise<readonly Measure[]> {
  const { url, close } = await startMiniflare(
    convertV4MiniflareOptions({
      cf: false,
      workers: [
        {
          name: 'bench',
          compatibilityDate: '2026-11-01',
          modules: [
            { type: 'ESModule', path: 'worker.js', contents: await bundleWorker({ entryPoints: [WORKER] }) },
          ],
        },
      ],
    }),
  );
  try {
    const times = context.quick ? QUICK_HAND_OFFS : HAND_OFFS;
    const contestants = CONTESTANTS.map((name) => ({ name }));
    return await alternating(context, contestants)(
      [
        { what: 'a hand-off', unit: 'us', control: CONTROL, goals: FEW_MICROSECONDS },
        { what: 'a hand-off, CPU of workerd', unit: 'us', control: CONTROL },
      ],
      ({ name }) => timeOf(url, name, times),
    );
  } finally {
    await close();
  }
}

/** Microseconds of one hand-off: time, and CPU time. */
async function timeOf(url: URL, name: string, times: number): Promise<readonly number[]> {
  const target = new URL(`/?run=${encodeURIComponent(name)}&times=${times}`, url);
  const cpuBefore = usageBelow(process.pid).workerd.cpuMs;
  const started = process.hrtime.bigint();
  const response = await fetch(target);
  const text = await response.text();
  const elapsedUs = Number(process.hrtime.bigint() - started) / NS_PER_US;
  if (!response.ok) throw new Error(`the benchmark Worker answered ${response.status}: ${text}`);
  const cpuUs = (usageBelow(process.pid).workerd.cpuMs - cpuBefore) * US_PER_MS;
  return [elapsedUs / times, cpuUs / times];
}

async function measureConnecting(context: Context): Promise<readonly Measure[]> {
  const requests = Object.fromEntries(
    CONTESTANTS.map((name) => [
      name,
      { kind: 'meridian', regions: REGIONS, handOff: name === WITH_HEDGE ? 'hedged' : 'unhedged' } as const,
    ]),
  );
  return await withContestants(requests, context, async (contestants) => {
    await using clients = new LoadClients(context);
    const count = context.quick ? QUICK_CONNECTS : CONNECTS;
    return await alternating(context, contestants)(
      [
        { what: 'connecting, p50', unit: 'ms', control: CONTROL, goals: SAME_TIME },
        { what: 'connecting, p99', unit: 'ms', control: CONTROL },
        { what: 'connects per second', unit: 'count', control: CONTROL },
        { what: 'connecting, CPU of workerd', unit: 'us', control: CONTROL, goals: SAME_TIME },
      ],
      (each) => connect(each, clients, count),
    );
  });
}

async function connect({ url, child }: Contestant, clients: LoadClients, count: number) {
  const before = await child.call.usage();
  const started = performance.now();
  const { p50Ms, p99Ms } = await clients.near.call.connectLatency({ url, count });
  const elapsedMs = performance.now() - started;
  const after = await child.call.usage();
  const cpuMs = after.workerd.cpuMs - before.workerd.cpuMs;
  return [p50Ms, p99Ms, (count / elapsedMs) * MS_PER_SECOND, (cpuMs * US_PER_MS) / count];
}
