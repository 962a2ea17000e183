// Where containers would run if their egress were to cost as much as it can. Which place is the dearest depends on the others:
// each price has gigabytes of its own that are included, and what is alone at a higher price may cost nothing. Pure.

import { charge } from './charge.ts';
import type { EgressPriceId } from './egress-price.ts';
import { PRICES } from './prices.ts';

/** What a region sends in a month, and all that it may cost; the first is where it runs as a rule. */
export interface Sender {
  readonly gb: number;
  readonly prices: readonly [EgressPriceId, ...EgressPriceId[]];
}

/** So many combinations of places are all tried: twelve regions that each have two. */
const MOST_TRIED = 4_096;

/**
 * A price for each, in their order. Where there are too many combinations: never less than where they run as a rule, and no
 * other place of a single one would cost more.
 */
export function dearestPlaces(senders: readonly Sender[]): readonly EgressPriceId[] {
  const usual = senders.map(({ prices: [first] }) => first);
  const tried = combinations(senders) ?? [raised(senders, usual), raised(senders, eachDearest(senders))];
  return tried.reduce((best, each) => (billOf(senders, each) > billOf(senders, best) ? each : best), usual);
}

/** Undefined if there are too many. */
function combinations(senders: readonly Sender[]): readonly (readonly EgressPriceId[])[] | undefined {
  const count = senders.reduce((product, { prices }) => product * prices.length, 1);
  if (count > MOST_TRIED) return undefined;
  return senders.reduce<readonly (readonly EgressPriceId[])[]>(
    (all, { prices }) => all.flatMap((places) => prices.map((price) => [...places, price])),
    [[]],
  );
}

/** As if each were alone, and nothing were included. */
function eachDearest(senders: readonly Sender[]): readonly EgressPriceId[] {
  const dearer = (a: EgressPriceId, b: EgressPriceId) => (PRICES[b].dollars > PRICES[a].dollars ? b : a);
  return senders.map(({ prices }) => prices.reduce(dearer));
}

/** One sender after the other is moved while that makes the bill higher, which ends: it does so each time. */
function raised(senders: readonly Sender[], start: readonly EgressPriceId[]): readonly EgressPriceId[] {
  let places = start;
  for (;;) {
    const moved = senders
      .flatMap(({ prices }, index) => prices.map((price) => places.with(index, price)))
      .find((each) => billOf(senders, each) > billOf(senders, places));
    if (moved === undefined) return places;
    places = moved;
  }
}

function billOf(senders: readonly Sender[], places: readonly EgressPriceId[]): number {
  const sent = new Map<EgressPriceId, number>();
  for (const [index, price] of places.entries())
    sent.set(price, (sent.get(price) ?? 0) + (senders[index]?.gb ?? 0));
  return [...sent].reduce((sum, [price, gb]) => sum + charge(PRICES[price], gb), 0);
}
