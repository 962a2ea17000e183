// Connects in short runs, many of them in turn: what the machine does besides changes from second to second, and connects
// differ by a few percent.

import { alternating } from '../alternating.ts';
import type { Contestant } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import type { LoadClients } from '../load/clients.ts';
import type { Goal, Measure } from '../result.ts';

export interface ConnectingOptions {
  readonly control: string;
  /** Of the median, and of the CPU time. */
  readonly goals: readonly Goal[];
  /** Runs in each of the context's rounds. */
  readonly runs: number;
  /** One after the other, in each run. */
  readonly connects: number;
}

const QUICK_CONNECTS = 20;
const US_PER_MS = 1000;

/** Until the first PONG, and what workerd spends on each. */
export function connecting(
  context: Context,
  contestants: readonly Contestant[],
  clients: LoadClients,
  { control, goals, runs, connects }: ConnectingOptions,
): Promise<readonly Measure[]> {
  const { quick, rounds } = context;
  const oftener = quick ? context : { ...context, rounds: rounds * runs };
  const count = quick ? QUICK_CONNECTS : connects;
  return alternating(oftener, contestants)(
    [
      { what: 'connecting, p50', unit: 'ms', control, goals },
      { what: 'connecting, p99', unit: 'ms', control },
      { what: 'connecting, CPU of workerd', unit: 'us', control, goals },
    ],
    async ({ url, child }) => {
      const before = await child.call.usage();
      const { p50Ms, p99Ms } = await clients.near.call.connectLatency({ url, count });
      const after = await child.call.usage();
      return [p50Ms, p99Ms, ((after.workerd.cpuMs - before.workerd.cpuMs) * US_PER_MS) / count];
    },
  );
}
