// How far a drain is, and what is left of it. Pure.

import type { RegionView } from '../../../api/regions.ts';
import { clientsText } from './numbers.ts';

export interface DrainTimes {
  readonly settleSeconds: number;
  readonly graceSeconds: number;
  readonly durationSeconds: number;
}

export interface DrainPhase {
  readonly title: string;
  readonly is: 'done' | 'now' | 'next';
  /** What is left of it at most, in ms; null where that is not known. */
  readonly leftMs: number | null;
}

/**
 * @param now by the clock of Meridian
 * @param times of the configuration; undefined if whoever looks may not see it
 */
export function drainPhases(
  { state, since, drainPhase, clients }: Pick<RegionView, 'state' | 'since' | 'drainPhase' | 'clients'>,
  now: number,
  times: DrainTimes | undefined,
): readonly DrainPhase[] {
  const at = state === 'stopping' ? 2 : state === 'asleep' ? 3 : drainPhase === 'lame-duck' ? 1 : 0;
  const passed = now - since;
  const settleMs = (times?.settleSeconds ?? 0) * 1_000;
  const leaveMs = settleMs + ((times?.graceSeconds ?? 0) + (times?.durationSeconds ?? 0)) * 1_000;
  const left = (until: number) => (times === undefined ? null : Math.max(0, until - passed));
  const titles = [
    'Data centers learn that it takes no new clients',
    `Clients are told to leave: ${clients === null ? 'how many are left is unknown' : `${clientsText(clients)} left`}`,
    'Its server stops',
  ];
  return titles.map((title, n) => ({
    title,
    is: n < at ? 'done' : n === at ? 'now' : 'next',
    leftMs: n !== at ? null : n === 0 ? left(settleMs) : n === 1 ? left(leaveMs) : null,
  }));
}
