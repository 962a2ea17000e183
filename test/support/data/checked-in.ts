// The checked-in configuration, compiled as the Worker does it: for the tests of this folder.

import type { MeridianConfig } from '../../../regions/config.ts';
import checkedIn from '../../../regions/regions.json' with { type: 'json' };
import { validateConfig } from '../../../regions/validate.ts';
import { compileRouting, type RoutingPlan } from '../../../routing/plan.ts';

/** With what a test changes in it: whole regions, or any other field. */
export function planOf(change: (config: MeridianConfig) => MeridianConfig = (config) => config): RoutingPlan {
  const result = validateConfig(checkedIn);
  if (!result.ok) throw new Error('regions.json is not valid: npm run regions -- check');
  return compileRouting(change(result.config), 0);
}
