// The forecast of an edit that has been made, for the collector, which holds it against what happens. Nobody waits for it.

import { diffConfigs } from '../../regions/edits/diff.ts';
import { compileRouting } from '../../routing/plan.ts';
import type { StoredVersion } from '../config/version-table.ts';
import type { EdgeContext } from '../edge-context.ts';
import { forecast } from '../forecast/forecast.ts';
import type { Traffic } from '../forecast/traffic.ts';
import { metricsCollector } from '../metrics/collector-stub.ts';

/**
 * Nothing without a collector, and for an edit that changes nothing.
 *
 * @param edge as it was before the edit
 * @param traffic what the forecast replays
 * @param at when the edit was made, ms since the epoch
 */
export async function foresee(
  { env, config, plan }: EdgeContext,
  { version, config: after }: Pick<StoredVersion, 'version' | 'config'>,
  { traffic, at }: { readonly traffic: () => Promise<Traffic>; readonly at: number },
): Promise<void> {
  const collector = metricsCollector(env);
  if (collector === undefined || diffConfigs(config, after).length === 0) return;
  const foreseen = forecast(plan, compileRouting(after, version), await traffic());
  const { source, confidence, movedShare, regions, refused } = foreseen;
  const ofServed = (share: number, refusedShare: number) =>
    refusedShare < 1 ? share / (1 - refusedShare) : 0;
  await collector.foreseen({
    ...{ version, at, source, confidence, movedShare },
    regions: regions.map(({ region, before, after: then }) => ({
      region,
      before: ofServed(before, refused.before),
      after: ofServed(then, refused.after),
    })),
  });
}
