// How a rollout's record changes: each move, with the event that tells of it. Pure.

import type { RolloutEvent } from '../../api/rollouts.ts';
import { type RolloutRecord, UNWATCHED } from './rollout-record.ts';
import { settingsOf } from './settings.ts';

/** Who moves it, unless somebody asks for it. */
export const MERIDIAN = 'meridian';

/** More than a rollout of fifty steps has, if it does not fail for days. */
const MOST_EVENTS = 300;

/** Who, and when: ms since the epoch. */
export interface Mover {
  readonly by: string;
  readonly now: number;
}

export function told(
  record: RolloutRecord,
  what: RolloutEvent['what'],
  words: string,
  { by, now }: Mover,
): RolloutRecord {
  return { ...record, events: [...record.events, { at: now, what, by, words }].slice(-MOST_EVENTS) };
}

/** @param version that the step made; undefined if it changed nothing */
export function began(
  record: RolloutRecord,
  step: number,
  version: number | undefined,
  mover: Mover,
): RolloutRecord {
  const { now } = mover;
  const { pending, ...rest } = record;
  const { counted, ended, lags } = record.watched;
  const steps = ending(record, now).steps.map((each, n) =>
    n === step ? { ...each, version: version ?? null, startedAt: now } : each,
  );
  const begun: RolloutRecord = {
    ...{ ...rest, steps, step, state: 'running', why: null, watchedMs: 0, watchedSince: now },
    version: version ?? record.version,
    before: { ...record.before, ...pending?.before },
    made: { ...record.made, ...pending?.made },
    watched: {
      ...UNWATCHED,
      checkedAt: now,
      ...(counted && { counted }),
      ...(ended && { ended }),
      ...(lags && { lags }),
    },
  };
  const settings = Object.entries(settingsOf(record.plan.steps[step] ?? { set: {} }));
  const set = settings.map(([path, text]) => `${path}=${text}`).join(' ');
  const as = version === undefined ? 'changes nothing' : `as version ${version}`;
  return told(begun, 'step', `step ${step + 1} of ${steps.length}: ${set} (${as})`, mover);
}

/** @param isWatched whether the checks of the last step were waited for */
export function finished(record: RolloutRecord, mover: Mover, isWatched: boolean): RolloutRecord {
  const done: RolloutRecord = { ...unwatched(ending(record, mover.now)), state: 'done', endedAt: mover.now };
  const how = isWatched ? 'all checks passed' : 'the last was not waited for';
  return told(done, 'done', `all steps are made, and ${how}`, mover);
}

/** What came is kept for as long as it is watched: it may be much. */
export function unwatched(record: RolloutRecord): RolloutRecord {
  const { verdicts, checkedAt } = record.watched;
  return { ...record, watched: { ...UNWATCHED, verdicts, checkedAt } };
}

export interface TakenBack {
  /** Undefined if nothing was to be taken back. */
  readonly version: number | undefined;
  /** Settings that somebody else has changed since. */
  readonly left: readonly string[];
}

export function aborted(record: RolloutRecord, { version, left }: TakenBack, now: number): RolloutRecord {
  const { aborting, pending: _, ...rest } = unwatched(ending(record, now));
  const { why = 'aborted', by = MERIDIAN } = aborting ?? {};
  const stays = left.length === 0 ? '' : `; ${left.join(', ')} was changed by somebody else since, and stays`;
  const back = version === undefined ? 'nothing was to be taken back' : `taken back by version ${version}`;
  const after: RolloutRecord = {
    ...rest,
    ...{ state: 'aborted', why: why + stays, endedAt: now, version: version ?? record.version },
  };
  return told(after, 'aborted', `${why}: ${back}${stays}`, { by, now });
}

/** It is to go back, and cannot yet. What is told already is not told again. */
export function notYetBack(record: RolloutRecord, why: string, now: number): RolloutRecord {
  const waits: RolloutRecord = { ...record, state: 'running', why };
  return record.why === why
    ? waits
    : told(waits, 'failed', `it cannot go back yet: ${why}`, { by: MERIDIAN, now });
}

export function paused(record: RolloutRecord, why: string, mover: Mover): RolloutRecord {
  const { watchedMs, watchedSince } = record;
  const watched = watchedMs + (watchedSince === null ? 0 : mover.now - watchedSince);
  return told(
    { ...record, state: 'paused', why, watchedMs: watched, watchedSince: null },
    'paused',
    why,
    mover,
  );
}

export function overtaken(record: RolloutRecord, version: number, now: number): RolloutRecord {
  const why = `version ${version} was made by somebody else: look at it, then resume or abort`;
  return paused(record, why, { by: MERIDIAN, now });
}

/** @param version that is current: what others have changed meanwhile is what it goes on from */
export function resumed(record: RolloutRecord, version: number, mover: Mover): RolloutRecord {
  const { pending: _, ...rest } = record;
  const isBegun = record.step >= 0;
  const isEarly = !isBegun && record.startAt !== null && record.startAt > mover.now;
  const after: RolloutRecord = {
    ...{ ...rest, version, why: null, watched: UNWATCHED },
    state: isEarly ? 'scheduled' : 'running',
    watchedSince: isBegun ? mover.now : null,
  };
  return told(after, 'resumed', `on version ${version}`, mover);
}

/** The step in force ends. */
function ending(record: RolloutRecord, now: number): RolloutRecord {
  const steps = record.steps.map((each, n) => (n === record.step ? { ...each, endedAt: now } : each));
  return { ...record, steps };
}
