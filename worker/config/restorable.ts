// What can be taken from a version in the backup: its routing settings, on the platform settings that are deployed, as
// if the store had been there all along. Pure.

import type { MeridianConfig } from '../../regions/config.ts';
import { type Change, diffConfigs, platformChanges } from '../../regions/edits/diff.ts';
import type { Problem } from '../../regions/problems.ts';
import { validateConfig } from '../../regions/validate.ts';
import { ontoDeployed } from './onto-deployed.ts';

export type Restorable =
  | {
      readonly kind: 'ok';
      readonly config: MeridianConfig;
      /** The platform settings of the backup that differ from the deployed ones; `to` is what is deployed. */
      readonly notTaken: readonly Change[];
    }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

export function restorable(config: unknown, deployed: MeridianConfig): Restorable {
  const validation = validateConfig(config);
  if (!validation.ok) return { kind: 'invalid', problems: validation.problems };
  const stored = validation.config;
  return {
    kind: 'ok',
    config: ontoDeployed(stored, deployed),
    notTaken: platformChanges(diffConfigs(stored, deployed)),
  };
}
