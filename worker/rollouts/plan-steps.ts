// What each step of a plan would change, one after the other, and whether it may. Pure.

import type { RolloutPlan } from '../../api/rollouts.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import type { Change } from '../../regions/edits/diff.ts';
import type { Problem } from '../../regions/problems.ts';
import { checkEdit, type Standing, type Verdict } from '../config/edit-rules.ts';
import { settingsOf, withSettings } from './settings.ts';

export interface PlannedStep {
  readonly config: MeridianConfig;
  readonly changes: readonly Change[];
}

export type Planned =
  | { readonly kind: 'ok'; readonly steps: readonly PlannedStep[] }
  | { readonly kind: 'invalid'; readonly step: number; readonly problems: readonly Problem[] }
  | {
      readonly kind: 'refused';
      readonly step: number;
      readonly verdict: Exclude<Verdict, { kind: 'ok' | 'invalid' }>;
    };

/** Whether streams can spare a JetStream region is asked when its step comes. */
export function plannedSteps({ steps }: Pick<RolloutPlan, 'steps'>, standing: Standing): Planned {
  const planned: PlannedStep[] = [];
  let before = standing.config;
  for (const [step, each] of steps.entries()) {
    const applied = withSettings(before, settingsOf(each));
    if (!applied.ok) return { kind: 'invalid', step, problems: applied.problems };
    const verdict = checkEdit(
      { ...standing, config: before },
      {
        base: standing.version,
        config: applied.config,
        force: false,
        mayLeave: before.regions.map(({ id }) => id),
      },
    );
    if (verdict.kind === 'invalid') return { kind: 'invalid', step, problems: verdict.problems };
    if (verdict.kind !== 'ok') return { kind: 'refused', step, verdict };
    planned.push({ config: verdict.config, changes: verdict.changes });
    before = verdict.config;
  }
  return { kind: 'ok', steps: planned };
}
