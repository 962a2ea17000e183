// Carries out plans one after the other, each on its own stack, so that no run finds what another one left.

import { startStack } from '../../local/stack.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { configOf } from '../support/data/checked-in.ts';
import { type Goals, type Judgement, judge } from './judge.ts';
import { BYSTANDER, JETSTREAM_REGIONS, measure } from './measure.ts';
import { nameOf, type Plan } from './plan.ts';

export interface RunOptions {
  readonly natsServer: string;
  readonly goals: Goals;
  /** From the turn of one JetStream server that is terminated to the next one's. */
  readonly turnSeconds: number;
  readonly beforeMs: number;
  readonly wholeWithinMs: number;
  readonly signal: AbortSignal;
  readonly progress: (step: string) => void;
  readonly onLog?: (source: string, line: string) => void;
}

export async function runPlan(plan: Plan, options: RunOptions): Promise<Judgement> {
  const { natsServer, goals, beforeMs, wholeWithinMs, signal, onLog } = options;
  const progress = (step: string) => options.progress(`${plan.run} ${nameOf(plan)}: ${step}`);
  progress('starting a stack');
  const stack = await startStack({
    config: configWith(options.turnSeconds),
    natsServer,
    signal,
    ...(onLog && { onLog }),
  });
  try {
    const observed = await measure({ stack, plan, beforeMs, wholeWithinMs, signal, progress });
    return judge(plan, observed, goals);
  } finally {
    await stack.close();
  }
}

/** The JetStream regions, and one more for the clients; the shortest lame duck that nats-server takes. */
function configWith(turnSeconds: number): MeridianConfig {
  const config = configOf([...JETSTREAM_REGIONS, BYSTANDER]);
  return {
    ...config,
    jetstream: { ...config.jetstream, turnSeconds },
    lameDuck: { graceSeconds: 1, durationSeconds: 30 },
  };
}
