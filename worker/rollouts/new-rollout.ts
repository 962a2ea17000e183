// A rollout that is to be begun: whether it may, and whom each of its steps would move. Pure.

import type { RolloutPlan, StepForecast } from '../../api/rollouts.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import type { Standing } from '../config/edit-rules.ts';
import type { Traffic } from '../forecast/traffic.ts';
import { plannedSteps } from './plan-steps.ts';
import { type RolloutRecord, UNWATCHED } from './rollout-record.ts';
import type { RolloutOutcome } from './rollouts-stub.ts';
import { regionsOf, settingsAt, settingsOf } from './settings.ts';
import { stepForecasts } from './step-forecasts.ts';
import { refusalWords } from './words.ts';

export interface NewRollout {
  readonly id: number;
  readonly plan: RolloutPlan;
  readonly author: string;
  readonly standing: Standing;
  readonly traffic: Traffic;
  /** ms since the epoch */
  readonly now: number;
}

export type Made =
  | { readonly kind: 'made'; readonly record: RolloutRecord }
  | Exclude<RolloutOutcome, { kind: 'ok' }>;

/** Chance and rounding aside. */
const LEAST_GAIN = 0.001;

/** The regions whose settings are changed, and those that get more clients by that: what may go wrong goes wrong there. */
function touched(
  config: MeridianConfig,
  paths: readonly string[],
  forecasts: readonly StepForecast[],
): readonly string[] {
  const gaining = forecasts.flatMap(({ regions }) =>
    regions.flatMap(({ region, before, after }) => (after - before > LEAST_GAIN ? [region] : [])),
  );
  return [...new Set([...regionsOf(config, paths), ...gaining])];
}

export function newRollout({ id, plan, author, standing, traffic, now }: NewRollout): Made {
  const { version, config } = standing;
  if (plan.base !== undefined && plan.base !== version) return { kind: 'conflict', current: version };
  const startAt = plan.startAt === undefined ? null : Date.parse(plan.startAt);
  if (startAt !== null && startAt < now) return { kind: 'past' };
  const planned = plannedSteps(plan, standing);
  if (planned.kind === 'invalid') return planned;
  if (planned.kind === 'refused') {
    const { step, verdict } = planned;
    const { kind } = verdict;
    const code = kind === 'needs_deploy' || kind === 'last_region' ? kind : 'jetstream_behind';
    return { kind: 'refused', step, code, words: refusalWords(verdict) };
  }
  const forecasts = stepForecasts(config, planned.steps, traffic);
  const paths = [...new Set(plan.steps.flatMap((step) => Object.keys(settingsOf(step))))];
  const record: RolloutRecord = {
    ...{ id, plan, author, startAt, createdAt: now, endedAt: null, why: null, step: -1, made: {} },
    state: startAt === null ? 'running' : 'scheduled',
    base: version,
    version,
    steps: planned.steps.map(({ changes }, n) => ({
      ...{ changes, version: null, startedAt: null, endedAt: null },
      forecast: forecasts[n] ?? null,
    })),
    before: settingsAt(config, paths),
    changed: touched(config, paths, forecasts),
    ...{ watchedMs: 0, watchedSince: null, watched: UNWATCHED, events: [] },
  };
  return { kind: 'made', record };
}
