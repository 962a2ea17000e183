// A plan from two files, with no edge: the forecast replays the world's population, as that of an edge does which has seen
// nobody yet. Pure.

import type { DryRun } from '../../api/config.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { diffConfigs, platformChanges } from '../../regions/edits/diff.ts';
import { compileRouting } from '../../routing/plan.ts';
import { forecast } from '../../worker/forecast/forecast.ts';
import { populationTraffic } from '../../worker/forecast/population-traffic.ts';

/** What `after` would change. Which version is live is not known here: 0. @param now ms since the epoch, for the age of prices */
export function planOf(before: MeridianConfig, after: MeridianConfig, now: number): DryRun {
  const changes = diffConfigs(before, after);
  return {
    base: 0,
    changes,
    needsDeploy: platformChanges(changes),
    warnings: [],
    forecast: forecast(compileRouting(before, 0), compileRouting(after, 1), populationTraffic(), { now }),
  };
}
