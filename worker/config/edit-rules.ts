// Decides what may be stored: checks a proposed configuration against the current and the deployed one. Pure; the
// ConfigStore calls it before it stores anything.

import type { MeridianConfig } from '../../regions/config.ts';
import { type Change, diffConfigs, platformChanges } from '../../regions/edits/diff.ts';
import type { Problem } from '../../regions/problems.ts';
import { validateConfig } from '../../regions/validate.ts';
import { servesAnybody } from '../../routing/served.ts';
import { ontoDeployed } from './onto-deployed.ts';
import type { PublishedConfig } from './published-config.ts';

/** What an edit is checked against. */
export interface Standing {
  /** Number of the current version; 0 is the deployed file. */
  readonly version: number;
  /** The current version, with the platform settings that are deployed. */
  readonly config: MeridianConfig;
  /** Version 0, whose platform settings are what really runs. */
  readonly deployed: MeridianConfig;
}

/** What is in force: the newest version that is stored, if any, on what is deployed now. */
export function standingOf(newest: PublishedConfig | undefined, deployed: MeridianConfig): Standing {
  if (newest === undefined) return { version: 0, config: deployed, deployed };
  return { version: newest.version, config: ontoDeployed(newest.config, deployed), deployed };
}

export interface Proposal {
  /** The version that its author started from. */
  readonly base: number;
  readonly config: unknown;
  /** Accepts the edit even if no region would serve anybody. */
  readonly force: boolean;
}

export type Verdict =
  | { readonly kind: 'ok'; readonly config: MeridianConfig; readonly changes: readonly Change[] }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'needs_deploy'; readonly changes: readonly Change[] }
  | { readonly kind: 'last_region' };

/** Checks an edit: first whether it is valid, then for a conflict with another edit, then for its effects. */
export function checkEdit(current: Standing, proposed: Proposal): Verdict {
  const validation = validateConfig(proposed.config);
  if (!validation.ok) return { kind: 'invalid', problems: validation.problems };
  if (proposed.base !== current.version) return { kind: 'conflict' };
  const { config } = validation;
  const needsDeploy = changesToDeploy(current.deployed, config);
  if (needsDeploy.length > 0) return { kind: 'needs_deploy', changes: needsDeploy };
  if (!proposed.force && !servesAnybody(config)) return { kind: 'last_region' };
  return { kind: 'ok', config, changes: diffConfigs(current.config, config) };
}

/** The platform settings that would have to be deployed before this configuration could take effect. */
export function changesToDeploy(deployed: MeridianConfig, config: MeridianConfig): readonly Change[] {
  return platformChanges(diffConfigs(deployed, config));
}
