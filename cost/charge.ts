// What a month's use costs by a price: the included is taken off, and the rest rounded as the page of the price says. Pure.

import type { Price } from './prices.ts';

/** Units that are billed for. */
export function billable(price: Price, quantity: number): number {
  const beyond = Math.max(0, quantity - price.included);
  const { roundedTo } = price;
  return roundedTo === undefined ? beyond : Math.ceil(beyond / roundedTo) * roundedTo;
}

/** Dollars of a month in which an account used so much. */
export function charge(price: Price, quantity: number): number {
  return atListPrice(price, billable(price, quantity));
}

/** Dollars for so much, with nothing included and nothing rounded. */
export function atListPrice({ dollars, per }: Price, quantity: number): number {
  return (quantity / per) * dollars;
}
