// Where one is no longer cheaper than the other: how many hours a day a server may run until a machine by the month costs
// less, and how many messages a second until another place does. Pure.

import type { MeridianConfig, RegionConfig } from '../regions/config.ts';
import { alternatives } from './alternatives.ts';
import { ASSUMPTIONS } from './assumptions.ts';
import { dollarsPerMonth } from './container-cost.ts';
import { cost } from './cost.ts';
import { SECONDS_PER_MONTH } from './month.ts';
import { OBJECT_GB, PRICES } from './prices.ts';
import { presentClients, regionLoads } from './region-load.ts';
import type { Traffic } from './traffic.ts';

const HOURS_PER_DAY = 24;

/**
 * Hours a day below which a server that sleeps for the rest costs less than `dollars` a month, with its object, without CPU
 * and traffic and with nothing included: what a further server costs. 24 if it always does.
 */
export function hoursUntil(dollars: number, instanceType: RegionConfig['instanceType']): number {
  const object = SECONDS_PER_MONTH * OBJECT_GB * (PRICES.objectDuration.dollars / PRICES.objectDuration.per);
  const always = dollarsPerMonth(instanceType) + object;
  return Math.min(HOURS_PER_DAY, (dollars / always) * HOURS_PER_DAY);
}

/** What a load costs here and elsewhere. */
export interface CurvePoint {
  readonly messages: number;
  readonly meridian: number;
  /** Whether its servers have the CPU for so many. */
  readonly isServed: boolean;
  /** In the order of `alternatives`; null: no list price. */
  readonly others: readonly (number | null)[];
}

/** A point for each power of ten. */
const CURVE = [0, 1, 10, 100, 1_000, 10_000, 100_000] as const;

/** By messages a second, all else as in `traffic`. Without clients nobody publishes. */
export function curve(config: MeridianConfig, traffic: Traffic): readonly CurvePoint[] {
  const messages = presentClients(traffic) === 0 ? [0] : CURVE;
  return messages.map((each) => ({
    ...pointAt(config, traffic, each),
    isServed: isServed(config, { ...traffic, messages: each }),
  }));
}

function isServed(config: MeridianConfig, traffic: Traffic): boolean {
  return !regionLoads(config, traffic, ASSUMPTIONS.mid).some(({ isOverloaded }) => isOverloaded);
}

function pointAt(config: MeridianConfig, traffic: Traffic, messages: number): Omit<CurvePoint, 'isServed'> {
  const load = { ...traffic, messages };
  return {
    messages,
    meridian: cost(config, load).total.mid,
    others: alternatives(config, load).map(({ dollars }) => dollars),
  };
}

export interface BreakEven {
  readonly name: string;
  /** Which is cheaper below `messages` a second, and at any rate where that is null. */
  readonly cheaper: 'meridian' | 'other' | 'unknown';
  readonly messages: number | null;
}

const MOST_MESSAGES = 1_000_000;
/** Halvings: to one part in a thousand billion. */
const STEPS = 40;

/**
 * For each alternative the rate of messages at which the cheaper one changes, if it does up to a million a second. It is
 * looked for between rates of the same sign at the ends: where it changes twice, none is found. None without clients.
 */
export function breakEvens(config: MeridianConfig, traffic: Traffic): readonly BreakEven[] {
  if (presentClients(traffic) === 0) return [];
  return alternatives(config, traffic).map(({ name }, index) => {
    const difference = (messages: number) => {
      const { meridian, others } = pointAt(config, traffic, messages);
      const other = others[index];
      return other === null || other === undefined ? undefined : meridian - other;
    };
    const [least, most] = [difference(0), difference(MOST_MESSAGES)];
    if (least === undefined || most === undefined) return { name, cheaper: 'unknown', messages: null };
    const cheaper = least <= 0 ? 'meridian' : 'other';
    if (least <= 0 === most <= 0) return { name, cheaper, messages: null };
    return { name, cheaper, messages: bisect((at) => (difference(at) ?? 0) <= 0 === least <= 0) };
  });
}

/** The rate up to which it is so. */
function bisect(isStillSo: (messages: number) => boolean): number {
  let [below, above] = [0, MOST_MESSAGES];
  for (let step = 0; step < STEPS; step++) {
    const middle = (below + above) / 2;
    if (isStillSo(middle)) below = middle;
    else above = middle;
  }
  return below;
}
