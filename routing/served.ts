// Whom a configuration serves at all, if every region is healthy and empty. Decided by the decision itself, so that
// nothing that keeps clients from a region is forgotten: `enabled`, `drain`, `dial`, `residency`, filters switched off.

import type { MeridianConfig } from '../regions/config.ts';
import { COUNTRIES, TOR, UNINHABITED, UNKNOWN_COUNTRY } from '../regions/countries.ts';
import type { AnyEffect } from './filter.ts';
import { NOTHING_OBSERVED } from './observation.ts';
import { getOptimalRegion } from './optimal-region.ts';
import { compileRouting, type RoutingPlan } from './plan.ts';

/** Whatever a client's country may be reported as, Tor and the unknown one included. */
export const REPORTED_COUNTRIES: readonly string[] = [
  ...COUNTRIES.filter((country) => !UNINHABITED.has(country)),
  TOR,
  UNKNOWN_COUNTRY,
];

/** Whether any region takes clients from there, if not all of them. */
export function isServed(country: string, plan: RoutingPlan): boolean {
  const { candidates, rejected } = getOptimalRegion(
    { cf: { country } },
    { plan, observations: NOTHING_OBSERVED, now: 0 },
  );
  return candidates.length > 0 || rejected.some(({ effects }) => refusesOnlySome(effects.at(-1)));
}

/** Whether any region takes any client. */
export function servesAnybody(config: MeridianConfig): boolean {
  const plan = compileRouting(config, 0);
  return REPORTED_COUNTRIES.some((country) => isServed(country, plan));
}

/** Whether the region takes other clients from the same place. */
function refusesOnlySome(effect: AnyEffect | undefined): boolean {
  return effect?.effect === 'drop' && effect.onlySome === true;
}
