// The CPU time of each program per message. On a machine whose cores are all busy this limits the throughput: messages
// per second are the CPU time per second divided by the sum of these and of the clients' own.

import type { Contestant } from './contestants/start.ts';
import type { OneWay } from './load/clients.ts';
import type { Program } from './process-usage.ts';
import type { MeasureOptions } from './result.ts';

const PROGRAMS: readonly Program[] = ['nats-server', 'workerd', 'engine'];
const US_PER_MS = 1000;

/**
 * The rows below that of the throughput.
 *
 * @param edgeControl of the programs that only an edge has, where `control` has none
 */
export function cpuRows(
  what: string,
  control: string,
  edgeControl: string = control,
): readonly MeasureOptions[] {
  return PROGRAMS.map((program) => ({
    what: `${what}, CPU of ${program} per message`,
    unit: 'us',
    control: program === 'nats-server' ? control : edgeControl,
  }));
}

/** Messages per second, then the values for the rows of `cpuRows`; NaN for programs that a contestant does not have. */
export async function withCpu(
  { child }: Pick<Contestant, 'child'>,
  run: () => Promise<OneWay>,
): Promise<readonly number[]> {
  const before = await child.call.usage();
  const { perSecond, count } = await run();
  const after = await child.call.usage();
  const hasEdge = after.workerd.residentBytes > 0;
  const spent = PROGRAMS.map((program) =>
    hasEdge || program === 'nats-server'
      ? ((after[program].cpuMs - before[program].cpuMs) * US_PER_MS) / count
      : Number.NaN,
  );
  return [perSecond, ...spent];
}
