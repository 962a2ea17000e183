// How several runs that are one report ended: as the worst of them did.

import type { Ending, Unmeasured } from './ending.ts';
import { union } from './spans.ts';

/** From good to bad. */
const KINDS: readonly Ending['kind'][] = ['finished', 'interrupted', 'cut-off', 'failed'];

/** @param endings at least one */
export function worstEnding(endings: readonly Ending[]): Ending {
  const worst = Math.max(...endings.map(({ kind }) => KINDS.indexOf(kind)));
  const known = (read: (ending: Ending) => number | null) =>
    endings.map(read).filter((value): value is number => value !== null);
  const interrupted = known(({ interruptedIterations }) => interruptedIterations);
  const lost = endings.reduce((sum, { lostSamples = 0 }) => sum + lostSamples, 0);
  const late = highest(known(({ generatorLateMs }) => generatorLateMs ?? null));
  const left = endings.flatMap(({ leftEdits = [] }) => leftEdits);
  const undone = [...new Set(endings.flatMap((each) => each.undone ?? []))];
  const [failedBecause] = endings.flatMap((each) => each.failedBecause ?? []);
  return {
    kind: KINDS[worst] ?? 'failed',
    plannedMs: highest(known(({ plannedMs }) => plannedMs)),
    ranMs: Math.max(...endings.map(({ ranMs }) => ranMs)),
    interruptedIterations:
      interrupted.length === 0 ? null : interrupted.reduce((sum, count) => sum + count, 0),
    ...(lost > 0 && { lostSamples: lost }),
    ...(endings.some(({ samplesVanished }) => samplesVanished) && { samplesVanished: true }),
    ...(failedBecause !== undefined && { failedBecause }),
    ...(undone.length > 0 && { undone }),
    ...(left.length > 0 && { leftEdits: left }),
    // One that was late is not made good by others that were not.
    ...(late !== null && { generatorLateMs: late }),
    generatorCpuShare: highest(known(({ generatorCpuShare }) => generatorCpuShare)),
  };
}

/** What any of the runs did not measure was not measured. @param runs each with its start on the common clock, ms */
export function allUnmeasured(
  runs: readonly { readonly startsAtMs: number; readonly unmeasured: readonly Unmeasured[] }[],
): readonly Unmeasured[] {
  return union(
    runs.flatMap(({ startsAtMs, unmeasured }) =>
      unmeasured.map(({ fromMs, toMs }) => ({ fromMs: fromMs + startsAtMs, toMs: toMs + startsAtMs })),
    ),
  );
}

function highest(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.max(...values);
}
