// What a look at a running rollout leads to. Pure.

import type { RolloutCheck, RolloutVerdict } from '../../api/rollouts.ts';
import { verdictOf } from './checks/all.ts';
import { endedIn, lagsIn } from './checks/servers.ts';
import type { Evidence } from './checks/verdict.ts';
import { type RolloutRecord, stepEndsAt, type Watched } from './rollout-record.ts';
import { type Came, type Counted, cameBetween, merged, type Refused, refusedOf } from './visit-window.ts';

/** What was found out for a look. */
export interface Found extends Pick<Evidence, 'config' | 'snapshot'> {
  /** Undefined if the collector did not answer. */
  readonly counted: Counted | undefined;
}

/** Clients that routing had refused before the rollout began to look. */
export function refusedBefore(
  { refusedBefore: known }: RolloutRecord,
  { counted }: Found,
): Refused | undefined {
  return known ?? (counted && refusedOf(Object.values(counted).flatMap((hour) => Object.values(hour))));
}

/** All checks, with what was found out now and at the looks before. */
export function watch(record: RolloutRecord, found: Found, now: number): Watched {
  const { plan, watched, changed } = record;
  const { config, snapshot, counted } = found;
  const came =
    counted === undefined || watched.counted === undefined
      ? undefined
      : cameBetween(watched.counted, counted);
  const windows = came === undefined ? watched.windows : slid([...watched.windows, fewRows(came)], record);
  const evidence: Evidence = {
    ...{ config, snapshot, changed },
    minSamples: plan.minSamples,
    came: counted === undefined ? undefined : { lately: merged(windows.flat()), now: came ?? [] },
    endedBefore: watched.ended,
    lagsBefore: watched.lags ?? {},
    isBegun: record.step >= 0,
    refusedBefore: refusedBefore(record, found) ?? { refused: 0, total: 0 },
  };
  const verdicts = plan.checks.map((check, n): RolloutVerdict => {
    const { outcome, words } = verdictOf(check, evidence);
    const before = watched.verdicts[n];
    const isBad = outcome === 'fail' || outcome === 'unknown';
    const soFar = before?.inARow ?? 0;
    // One that waits says nothing, neither good nor bad.
    const inARow = isBad ? soFar + 1 : outcome === 'waiting' ? soFar : 0;
    return { check: nameOf(check), outcome, words, inARow };
  });
  return {
    windows,
    verdicts,
    checkedAt: now,
    ...(counted !== undefined ? { counted } : watched.counted && { counted: watched.counted }),
    ...(snapshot !== undefined ? { ended: endedIn(snapshot) } : watched.ended && { ended: watched.ended }),
    lags: snapshot === undefined ? (watched.lags ?? {}) : lagsIn(snapshot, plan.checks),
  };
}

/** Where clients come from is told apart for as many kinds of them as a row of the table bears, many times over. */
const MOST_ROWS = 120;

/** Most clients first; the data centers of the few are not told apart. */
function fewRows(came: readonly Came[]): readonly Came[] {
  if (came.length <= MOST_ROWS) return came;
  const sorted = came.toSorted((a, b) => b.count - a.count);
  const rest = sorted.slice(MOST_ROWS).map((each) => ({ ...each, colo: '' }));
  return [...sorted.slice(0, MOST_ROWS), ...merged(rest)];
}

/** The last looks, as many as failures in a row it bears; more of them while few clients come. */
function slid(
  windows: readonly (readonly Came[])[],
  { plan, changed }: RolloutRecord,
): readonly (readonly Came[])[] {
  const { failureLimit, minSamples } = plan;
  const watched = new Set(changed);
  const clients = (some: readonly (readonly Came[])[]) =>
    some.flat().reduce((all, { wanted, count }) => all + (watched.has(wanted) ? count : 0), 0);
  let kept = windows;
  while (kept.length > failureLimit && clients(kept.slice(1)) >= minSamples) kept = kept.slice(1);
  // Older ones count together.
  const [first = [], second = [], ...others] = kept;
  return kept.length > 2 * failureLimit ? [fewRows(merged([...first, ...second])), ...others] : kept;
}

export type Next =
  | { readonly kind: 'wait' }
  | { readonly kind: 'step'; readonly step: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'abort'; readonly why: string };

/** @param record after the look */
export function nextOf(record: RolloutRecord, now: number): Next {
  const { plan, step, watched } = record;
  const worst = watched.verdicts.find(({ inARow }) => inARow >= plan.failureLimit);
  if (worst !== undefined) {
    const times = `${worst.inARow} ${worst.inARow === 1 ? 'time' : 'times in a row'}`;
    const what = worst.outcome === 'fail' ? 'failed' : 'had no data';
    return { kind: 'abort', why: `${worst.check} ${what} ${times}: ${worst.words}` };
  }
  const isFirst = step < 0;
  // Before the first step nobody has come because of it: what counts clients has nothing to say yet.
  const isReady = watched.verdicts.every(
    ({ outcome }) => outcome === 'pass' || (isFirst && outcome === 'waiting'),
  );
  if (!isReady || now < (stepEndsAt(record) ?? now)) return { kind: 'wait' };
  return step + 1 < plan.steps.length ? { kind: 'step', step: step + 1 } : { kind: 'done' };
}

function nameOf(check: RolloutCheck): string {
  return check.check === 'lag' ? `lag of ${check.stream}` : check.check;
}
