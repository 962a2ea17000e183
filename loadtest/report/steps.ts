// The steps of a throughput run, and the knee: the highest offered rate that went through with all lower ones.
//
// A step went through if at least 95% of the offered messages were published, the share of subscribers that each
// message reached was the same as in the slowest step, give or take 5%, and the p99 of the delivery stayed within ten
// times that of the slowest step. If no delivery was timed, in it or in that one, it did not. Past the knee a queue grows somewhere, and latencies are those of the queue.

import type { Aggregated } from './aggregate.ts';
import type { Figures, Knee, ThroughputStep } from './summary.ts';

const KEPT_SHARE = 0.95;
const DELAY_LIMIT = 10;

/** A delay this short is not noticed, even if the slowest step was much faster. */
const HARMLESS_MS = 20;

export function stepsOf({ stepMs, stepFigures }: Aggregated): readonly ThroughputStep[] {
  const figures = (metric: string, step: string): Figures | undefined => stepFigures.get(metric)?.get(step);
  const steps = [...stepMs].flatMap(([step, milliseconds]) => {
    const [size, rate] = step.split('/').map(Number);
    const published = figures('nats_published', step);
    if (size === undefined || rate === undefined || published === undefined) return [];
    const seconds = Math.max(milliseconds, 1) / 1000;
    const delivery = figures('nats_delivery', step);
    return [
      {
        size,
        rate,
        seconds,
        publishedPerSecond: published.value / seconds,
        // Counters, of which no sample means that nothing was counted.
        deliveredPerSecond: (figures('nats_delivered', step)?.value ?? 0) / seconds,
        deliveredBytesPerSecond: (figures('nats_delivered_bytes', step)?.value ?? 0) / seconds,
        deliveryP50: delivery?.p50 ?? null,
        deliveryP99: delivery?.p99 ?? null,
      },
    ];
  });
  const sorted = steps.toSorted((a, b) => a.size - b.size || a.rate - b.rate);
  return sorted.map((step) => {
    const slowest = sorted.find(({ size }) => size === step.size) ?? step;
    return { ...step, sustained: isSustained(step, slowest) };
  });
}

type Measured = Omit<ThroughputStep, 'sustained'>;

function isSustained(step: Measured, slowest: Measured): boolean {
  const reach = ({ deliveredPerSecond, publishedPerSecond }: Measured) =>
    deliveredPerSecond / publishedPerSecond;
  return (
    step.publishedPerSecond >= KEPT_SHARE * step.rate &&
    reach(step) >= KEPT_SHARE * reach(slowest) &&
    step.deliveryP99 !== null &&
    slowest.deliveryP99 !== null &&
    step.deliveryP99 <= Math.max(HARMLESS_MS, slowest.deliveryP99 * DELAY_LIMIT)
  );
}

export function kneesOf(steps: readonly ThroughputStep[]): readonly Knee[] {
  const sizes = [...new Set(steps.map(({ size }) => size))];
  return sizes.map((size) => {
    const ofSize = steps.filter((step) => step.size === size);
    const firstBad = ofSize.findIndex(({ sustained }) => !sustained);
    const good = firstBad === -1 ? ofSize : ofSize.slice(0, firstBad);
    const later = ofSize.slice(good.length).findLast(({ sustained }) => sustained)?.rate;
    return {
      size,
      rate: good.at(-1)?.rate ?? null,
      reached: firstBad !== -1,
      ...(later !== undefined && { later }),
    };
  });
}
