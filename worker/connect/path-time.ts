// What the time until a region's answer says about the path to it. Pure.

import type { Told } from './told.ts';

/**
 * The round trip in ms; undefined where the answer says nothing about the path:
 *
 * - Only a region that is up counts. One whose server does not answer its object in time says that it is down, after two
 *   seconds of waiting; one that sleeps skips the work that the others do.
 * - An object that had to be created first answered late for a reason that has nothing to do with the path.
 * - The object takes time itself, mostly for asking its server. That is taken off; one of another version that does not
 *   say how long it took cannot be measured.
 * - The clocks of workerd stand still between I/O, and each is of its own machine. A difference that is not above zero
 *   is one of clocks, not of places.
 *
 * @param elapsedMs from asking to the answer
 */
export function pathMsOf(
  { state, objectAgeMs, answeredInMs }: Pick<Told, 'state' | 'objectAgeMs' | 'answeredInMs'>,
  elapsedMs: number,
): number | undefined {
  if (state !== 'up' || objectAgeMs <= elapsedMs) return undefined;
  if (answeredInMs === undefined || !(answeredInMs >= 0)) return undefined;
  const pathMs = elapsedMs - answeredInMs;
  return pathMs > 0 && Number.isFinite(pathMs) ? pathMs : undefined;
}
