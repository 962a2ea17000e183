// Runs combinations one after the other, each on its own stack, so that the ejections and restarts of one outage do
// not affect the next one.

import { startStack } from '../../local/stack.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { defaultConfig } from '../support/data/checked-in.ts';
import type { Place } from '../support/data/places.ts';
import type { ClientKind, Program } from './clients/programs.ts';
import { affectedRegions, type Combination, nameOf } from './combination.ts';
import { type Goals, type Judgement, judge } from './judge.ts';
import { type Load, measureOutage, rankingFor } from './measure.ts';

export interface RunOptions {
  readonly natsServer: string;
  readonly programs: ReadonlyMap<ClientKind, Program>;
  /** The city from which regions are near or far. */
  readonly observer: Place;
  readonly seed: string;
  /** Adds the latency of real distances. */
  readonly wan: boolean;
  readonly load: Load;
  readonly outageMs: number;
  readonly recoveryMs: number;
  readonly goals: Goals;
  /** Of every region, where regions are filled. */
  readonly maxConnections: number;
  readonly signal: AbortSignal;
  readonly progress: (step: string) => void;
  readonly onLog?: (source: string, line: string) => void;
}

export async function runCombination(combination: Combination, options: RunOptions): Promise<Judgement> {
  const progress = (step: string) => options.progress(`${nameOf(combination)}: ${step}`);
  progress('starting a stack');
  const stack = await startStack({
    config: withLimits(combination.kind === 'full' ? { maxConnections: options.maxConnections } : {}),
    natsServer: options.natsServer,
    signal: options.signal,
    wan: options.wan,
    ...(options.onLog && { onLog: options.onLog }),
  });
  try {
    const ranking = await rankingFor(stack.url, options.observer);
    const { programs, load, outageMs, recoveryMs, signal } = options;
    const observed = await measureOutage({
      stack,
      kind: combination.kind,
      regions: affectedRegions(combination, ranking, options.seed),
      programs,
      load,
      outageMs,
      recoveryMs,
      signal,
      progress,
    });
    return judge(combination, observed, options.goals);
  } finally {
    await stack.close();
  }
}

/** All cities' clients share this machine's address here, which clients of a deployment do not. */
const ANY_NUMBER = { maxUnauthenticatedPerAddress: 0 };

function withLimits(limits: { readonly maxConnections?: number }): MeridianConfig {
  const config = defaultConfig();
  return {
    ...config,
    regions: config.regions.map((region) => ({
      ...region,
      limits: { ...region.limits, ...ANY_NUMBER, ...limits },
    })),
  };
}
