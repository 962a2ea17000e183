// What was under way when k6 was ended: published, and neither delivered nor counted as missing. A script counts what is
// missing at its end, to which a run that is ended before does not come.

import { type Ending, neverBegan } from './ending.ts';
import type { Summary, Threshold } from './summary.ts';
import { selectorOf } from './threshold-samples.ts';

/** Scripts in which each message has one receiver, so that what is under way can be told. */
const TO_ONE = new Set(['latency', 'throughput', 'soak', 'edits']);

/** Counted at the end, as far as they are not known before. */
const COUNTED_AT_END = new Set(['nats_missing', 'nats_lost']);

/** Whether each of its messages has one receiver. */
export function isToOne(script: string): boolean {
  return TO_ONE.has(script);
}

/** How many messages; 0 where it cannot be told: of samples that are lost some may have been of their arrival. */
export function underWayOf(
  { script, ending }: Pick<Summary, 'script' | 'ending'>,
  metrics: Summary['metrics'],
): number {
  if (!isToOne(script) || hasCountedAll(ending) || hasLostSamples(ending)) return 0;
  const sum = (name: string) => metrics[name]?.all?.value ?? 0;
  return Math.max(0, sum('nats_published') - sum('nats_delivered') - sum('nats_missing'));
}

/** Whether a script came to its end, where it counts what is missing. */
export function hasCountedAll(ending: Ending): boolean {
  const { kind, interruptedIterations } = ending;
  return kind === 'finished' && (interruptedIterations ?? 0) === 0 && !hasLostSamples(ending);
}

function hasLostSamples({ lostSamples = 0, samplesVanished }: Ending): boolean {
  return lostSamples > 0 || samplesVanished === true;
}

/** That nothing is missing is not known where it was not counted. */
export function asCounted(threshold: Threshold, ending: Ending): Threshold {
  const { metric, passed, samples } = threshold;
  const isUnknown = passed === true && samples === 'none' && COUNTED_AT_END.has(selectorOf(metric).metric);
  return isUnknown && !hasCountedAll(ending) && !neverBegan(ending)
    ? { ...threshold, passed: null }
    : threshold;
}
