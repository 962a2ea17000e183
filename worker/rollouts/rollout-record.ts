// What is kept of a rollout, and how it is shown. Pure.

import type { EditFact } from '../../api/forecast-facts.ts';
import type {
  Rollout,
  RolloutEvent,
  RolloutPlan,
  RolloutState,
  RolloutSummary,
  RolloutVerdict,
  StepForecast,
} from '../../api/rollouts.ts';
import { parseDurationMs } from '../../regions/duration.ts';
import type { Change } from '../../regions/edits/diff.ts';
import type { Ended } from './checks/verdict.ts';
import type { Settings } from './settings.ts';
import type { Came, Counted, Refused } from './visit-window.ts';

export interface StepRecord {
  readonly changes: readonly Change[];
  readonly forecast: StepForecast | null;
  readonly version: number | null;
  /** ms since the epoch, as all times here. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

/** What the looks since the step began have brought. */
export interface Watched {
  readonly counted?: Counted;
  /** Of each of the last looks, as many as failures in a row it bears. */
  readonly windows: readonly (readonly Came[])[];
  readonly ended?: Ended;
  /** Of the streams that checks name, what they lacked at the last look. */
  readonly lags?: Readonly<Record<string, number>>;
  readonly verdicts: readonly RolloutVerdict[];
  readonly checkedAt: number | null;
}

/** An edit that the store was asked for: whether it was made is found out if this object is reset meanwhile. */
export interface Pending {
  readonly base: number;
  readonly message: string;
  /** Which step it is; absent if it takes all steps back. */
  readonly step?: number;
  /** Of a step: what is before and after it at the paths that it sets. They count once it is made. */
  readonly before?: Settings;
  readonly made?: Settings;
}

export interface RolloutRecord {
  readonly id: number;
  readonly plan: RolloutPlan;
  readonly author: string;
  readonly createdAt: number;
  readonly startAt: number | null;
  readonly endedAt: number | null;
  readonly state: RolloutState;
  readonly why: string | null;
  /** Why it goes back, while it has not yet. */
  readonly aborting?: { readonly why: string; readonly by: string };
  readonly base: number;
  readonly version: number;
  readonly step: number;
  readonly steps: readonly StepRecord[];
  /** All that the steps set, as it was before. */
  readonly before: Settings;
  /** What has been set, as it was left. */
  readonly made: Settings;
  /** The regions that checks watch if they name none. */
  readonly changed: readonly string[];
  /** For how long the step in force had been watched when the watching last began. */
  readonly watchedMs: number;
  readonly watchedSince: number | null;
  readonly watched: Watched;
  /** Of the hours before the first look. Absent before it. */
  readonly refusedBefore?: Refused;
  readonly pending?: Pending;
  readonly events: readonly RolloutEvent[];
}

/** Nothing has been seen. */
export const UNWATCHED: Watched = { windows: [], verdicts: [], checkedAt: null };

export function isOver({ state }: Pick<RolloutRecord, 'state'>): boolean {
  return state === 'done' || state === 'aborted';
}

/** When the step in force has been watched for long enough; null while nothing is watched. */
export function stepEndsAt({ step, plan, watchedMs, watchedSince }: RolloutRecord): number | null {
  const planned = plan.steps[step];
  if (planned === undefined || watchedSince === null) return null;
  return watchedSince + parseDurationMs(planned.for) - watchedMs;
}

export function summaryOf(record: RolloutRecord): RolloutSummary {
  const { id, plan, state, why, aborting, author, base, version, step, startAt, createdAt, endedAt } = record;
  const { name, description, steps } = plan;
  const reason =
    aborting === undefined ? why : `going back: ${aborting.why}${why === null ? '' : ` (${why})`}`;
  return {
    ...{
      id,
      name,
      description,
      state,
      why: reason,
      author,
      base,
      version,
      step,
      startAt,
      createdAt,
      endedAt,
    },
    steps: steps.length,
  };
}

/** @param facts of the last edits, as the collector has them */
export function viewOf(record: RolloutRecord, facts: readonly EditFact[]): Rollout {
  const { plan, watched, events } = record;
  const { every, minSamples, failureLimit, checks } = plan;
  const { steps: _count, ...summary } = summaryOf(record);
  return {
    ...summary,
    ...{ every, minSamples, failureLimit, checks, events },
    steps: plan.steps.map((step, n) => {
      const {
        changes = [],
        forecast = null,
        version = null,
        startedAt = null,
        endedAt = null,
      } = record.steps[n] ?? {};
      const fact = facts.find((each) => each.version === version) ?? null;
      return { ...step, changes, forecast, version, startedAt, endedAt, fact };
    }),
    stepEndsAt: record.state === 'running' ? stepEndsAt(record) : null,
    checkedAt: watched.checkedAt,
    verdicts: watched.verdicts,
  };
}
