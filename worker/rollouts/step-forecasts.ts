// Whom each step of a rollout would move, compared with the step before. Pure.

import type { StepForecast } from '../../api/rollouts.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { compileRouting } from '../../routing/plan.ts';
import { forecast } from '../forecast/forecast.ts';
import type { Traffic } from '../forecast/traffic.ts';
import type { PlannedStep } from './plan-steps.ts';

export function stepForecasts(
  from: MeridianConfig,
  steps: readonly PlannedStep[],
  traffic: Traffic,
): readonly StepForecast[] {
  return steps.map(({ config }, n) => {
    const before = steps[n - 1]?.config ?? from;
    const { source, movedShare, regions } = forecast(
      compileRouting(before, n),
      compileRouting(config, n + 1),
      traffic,
    );
    return { source, movedShare, regions };
  });
}
