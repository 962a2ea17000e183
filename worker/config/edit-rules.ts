// What may be stored: judges a proposed configuration against the current one and the deployed one. Pure; the
// ConfigStore asks before it stores anything.

import type { MeridianConfig } from '../../regions/config.ts';
import { type Change, diffConfigs, platformChanges } from '../../regions/edits/diff.ts';
import type { Problem } from '../../regions/problems.ts';
import { validateConfig } from '../../regions/validate.ts';
import { ontoDeployed, takesNewClients } from './onto-deployed.ts';
import type { PublishedConfig } from './published-config.ts';

/** What an edit is judged against. */
export interface Standing {
  /** Number of the current version; 0 is the deployed file. */
  readonly version: number;
  /** The current version, merged onto the deployed platform. */
  readonly config: MeridianConfig;
  /** Version 0, whose platform is what really runs. */
  readonly deployed: MeridianConfig;
}

/** What is in force: the newest version that is stored, if any, on what is deployed now. */
export function standingOf(newest: PublishedConfig | undefined, deployed: MeridianConfig): Standing {
  if (newest === undefined) return { version: 0, config: deployed, deployed };
  return { version: newest.version, config: ontoDeployed(newest.config, deployed), deployed };
}

export interface Proposal {
  /** The version that its author had before them. */
  readonly base: number;
  readonly config: unknown;
  /** Stores even what leaves no region for new clients. */
  readonly force: boolean;
}

export type Verdict =
  | { readonly kind: 'ok'; readonly config: MeridianConfig; readonly changes: readonly Change[] }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'needs_deploy'; readonly changes: readonly Change[] }
  | { readonly kind: 'last_region' };

/** Judges an edit. What is wrong with the edit itself comes first, then who was faster, then what it would do. */
export function judgeEdit(current: Standing, proposed: Proposal): Verdict {
  const validation = validateConfig(proposed.config);
  if (!validation.ok) return { kind: 'invalid', problems: validation.problems };
  if (proposed.base !== current.version) return { kind: 'conflict' };
  const { config } = validation;
  const needsDeploy = changesToDeploy(current.deployed, config);
  if (needsDeploy.length > 0) return { kind: 'needs_deploy', changes: needsDeploy };
  if (!takesNewClients(config) && !proposed.force) return { kind: 'last_region' };
  return { kind: 'ok', config, changes: diffConfigs(current.config, config) };
}

/** What would have to be deployed before this configuration could be live. */
export function changesToDeploy(deployed: MeridianConfig, config: MeridianConfig): readonly Change[] {
  return platformChanges(diffConfigs(deployed, config));
}
