// The steps of a throughput run, and the knee: the highest offered rate that went through with all lower ones.
//
// A step went through if at least 95% of the offered messages were published and, of those to streams, acknowledged, at most 5% of what was due to arrive is
// missing, the share of subscribers that each message reached was the same as in the slowest step, give or take 5%, and the p99 of the delivery stayed within ten
// times that of the slowest step. If no delivery was timed, in it or in that one, it did not. Past the knee a queue grows
// somewhere, and latencies are those of the queue. In a few seconds no queue grows for long and a p99 is chance, so that
// such steps are not judged by it, and it is said that they are too short to say what is sustained.

import type { Aggregated } from './aggregate.ts';
import type { Figures, Knee, Summary, ThroughputStep } from './summary.ts';

/** k6's code when thresholds were crossed. */
const CROSSED = 99;

const KEPT_SHARE = 0.95;
const DELAY_LIMIT = 10;

/** A shorter step says that its messages went through, and not that the rate is sustained. */
const SHORT_SECONDS = 5;

/** A delay this short is not noticed, even if the slowest step was much faster. */
const HARMLESS_MS = 20;

interface Offered {
  /** This k6 is one of several that share the rates: what it offers of one stands nowhere. */
  readonly isPart: boolean;
  /** Each message has one receiver: what has not arrived there is missing, whether or not it was counted. */
  readonly isToOne: boolean;
}

export function stepsOf(
  { stepMs, stepSentMs, stepFigures }: Aggregated,
  { isPart, isToOne }: Offered,
): readonly ThroughputStep[] {
  const figures = (metric: string, step: string): Figures | undefined => stepFigures.get(metric)?.get(step);
  const isToStreams = (stepFigures.get('nats_ack')?.size ?? 0) > 0;
  const steps = [...stepMs].flatMap(([step, milliseconds]) => {
    const [size, rate] = step.split('/').map(Number);
    const published = figures('nats_published', step);
    if (size === undefined || rate === undefined || published === undefined) return [];
    // Its schedule says how long it was: what arrives after it is no part of that, and users begin a little apart. That k6
    // itself took longer is told of the whole run.
    const due = figures('nats_due', step)?.value;
    const sentMs = stepSentMs.get(step) ?? milliseconds;
    const ms = due === undefined ? milliseconds : isPart ? sentMs : (due * 1000) / rate;
    const seconds = Math.max(ms, 1) / 1000;
    const delivery = figures('nats_delivery', step);
    const delivered = figures('nats_delivered', step)?.value ?? 0;
    const missing = figures('nats_missing', step)?.value ?? 0;
    const acknowledged = figures('nats_ack', step)?.count ?? 0;
    return [
      {
        acknowledgedShare: isToStreams ? acknowledged / published.value : 1,
        arrivedShare: delivered / Math.max(1, isToOne ? published.value : delivered + missing),
        offeredPerSecond: isPart && due !== undefined ? due / seconds : rate,
        size,
        rate,
        seconds,
        publishedPerSecond: published.value / seconds,
        // Counters, of which no sample means that nothing was counted.
        deliveredPerSecond: delivered / seconds,
        deliveredBytesPerSecond: (figures('nats_delivered_bytes', step)?.value ?? 0) / seconds,
        deliveryP50: delivery?.p50 ?? null,
        deliveryP99: delivery?.p99 ?? null,
      },
    ];
  });
  const sorted = steps.toSorted((a, b) => a.size - b.size || a.rate - b.rate);
  return sorted.map((measured) => {
    const slowest = sorted.find(({ size }) => size === measured.size) ?? measured;
    const { offeredPerSecond: _, acknowledgedShare: __, arrivedShare: ___, ...step } = measured;
    return { ...step, sustained: isSustained(measured, slowest) };
  });
}

interface Measured extends Omit<ThroughputStep, 'sustained'> {
  /** Of its rate, by this k6. */
  readonly offeredPerSecond: number;
  /** Of what was published to streams; 1 of what goes to none. */
  readonly acknowledgedShare: number;
  /** Of what arrived or is missing. */
  readonly arrivedShare: number;
}

function isSustained(step: Measured, slowest: Measured): boolean {
  const reach = ({ deliveredPerSecond, publishedPerSecond }: Measured) =>
    deliveredPerSecond / publishedPerSecond;
  return (
    step.publishedPerSecond >= KEPT_SHARE * step.offeredPerSecond &&
    step.acknowledgedShare >= KEPT_SHARE &&
    step.arrivedShare >= KEPT_SHARE &&
    reach(step) >= KEPT_SHARE * reach(slowest) &&
    step.deliveryP99 !== null &&
    slowest.deliveryP99 !== null &&
    (isShort(step) || step.deliveryP99 <= Math.max(HARMLESS_MS, slowest.deliveryP99 * DELAY_LIMIT))
  );
}

export function isShort({ seconds }: Pick<ThroughputStep, 'seconds'>): boolean {
  // A schedule of five seconds may be a message shorter.
  return Math.round(seconds * 10) < SHORT_SECONDS * 10;
}

/** Whether k6 ended before its time since a step did not go through: what comes after the knee is not asked for. */
export function endedAtLimit({
  ending: { kind, plannedMs, ranMs },
  k6ExitCode,
  steps,
}: Pick<Summary, 'ending' | 'k6ExitCode' | 'steps'>): boolean {
  const isEarly = kind === 'finished' && plannedMs !== null && ranMs < plannedMs;
  return steps.length > 0 && k6ExitCode === CROSSED && isEarly;
}

export function kneesOf(steps: readonly ThroughputStep[]): readonly Knee[] {
  const sizes = [...new Set(steps.map(({ size }) => size))];
  return sizes.map((size) => {
    const ofSize = steps.filter((step) => step.size === size);
    const firstBad = ofSize.findIndex(({ sustained }) => !sustained);
    const good = firstBad === -1 ? ofSize : ofSize.slice(0, firstBad);
    const later = ofSize.slice(good.length).findLast(({ sustained }) => sustained)?.rate;
    const last = good.at(-1);
    return {
      size,
      rate: last?.rate ?? null,
      reached: firstBad !== -1,
      ...(later !== undefined && { later }),
      ...(last !== undefined && isShort(last) && { isBrief: true as const }),
    };
  });
}
