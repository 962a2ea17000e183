// How far a drain is: its phase, in words, and how long it takes at most from now.

import type { RegionView } from '../api/regions.ts';
import type { MeridianConfig } from '../regions/config.ts';

/** What bounds a drain. */
export type DrainTimes = Pick<MeridianConfig, 'lameDuck'> & {
  readonly routing: Pick<MeridianConfig['routing'], 'drainSettleSeconds'>;
};

const WORDS = {
  settling: 'takes no new clients, which data centers learn now',
  'lame-duck': 'its clients are told to reconnect elsewhere',
} as const;

/** @param times absent where the configuration may not be read; @param now ms since the epoch */
export function drainText(
  { drainPhase, since }: Pick<RegionView, 'drainPhase' | 'since'>,
  times: DrainTimes | undefined,
  now: number,
): string | undefined {
  if (drainPhase === undefined) return undefined;
  if (times === undefined) return WORDS[drainPhase];
  return `${WORDS[drainPhase]}, for ${drainSecondsLeft({ drainPhase, since }, times, now)} s at most`;
}

/** How long the phase of a drain takes at most from now, s. @param now ms since the epoch */
export function drainSecondsLeft(
  { drainPhase, since }: Required<Pick<RegionView, 'drainPhase' | 'since'>>,
  { lameDuck, routing }: DrainTimes,
  now: number,
): number {
  const settled = since + routing.drainSettleSeconds * 1000;
  const end =
    drainPhase === 'settling' ? settled : settled + (lameDuck.graceSeconds + lameDuck.durationSeconds) * 1000;
  return Math.max(0, Math.ceil((end - now) / 1000));
}
