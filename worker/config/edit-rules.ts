// Decides what may be stored: checks a proposed configuration against the current and the deployed one. Pure; the
// ConfigStore calls it before it stores anything.

import { type MeridianConfig, ownRegions } from '../../regions/config.ts';
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
  /** Accepts the edit even if no region would serve anybody, or streams could be lost. */
  readonly force: boolean;
  /** JetStream regions that may leave service, as far as what the others hold is concerned. */
  readonly mayLeave?: readonly string[];
}

export type Verdict =
  | { readonly kind: 'ok'; readonly config: MeridianConfig; readonly changes: readonly Change[] }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'needs_deploy'; readonly changes: readonly Change[] }
  | { readonly kind: 'last_region' }
  /** JetStream regions leave service: whether they may is to be asked first. */
  | { readonly kind: 'leaves'; readonly regions: readonly string[] }
  /** Too many JetStream regions would be out of service. */
  | { readonly kind: 'jetstream_behind'; readonly reason: string };

/** Checks an edit: first whether it is valid, then for a conflict with another edit, then for its effects. */
export function checkEdit(current: Standing, proposed: Proposal): Verdict {
  const validation = validateConfig(proposed.config);
  if (!validation.ok) return { kind: 'invalid', problems: validation.problems };
  if (proposed.base !== current.version) return { kind: 'conflict' };
  const { config } = validation;
  const needsDeploy = changesToDeploy(current.deployed, config);
  if (needsDeploy.length > 0) return { kind: 'needs_deploy', changes: needsDeploy };
  if (!proposed.force && !servesAnybody(config)) return { kind: 'last_region' };
  const stays = proposed.force ? undefined : leaving(current.config, config, proposed.mayLeave ?? []);
  if (stays !== undefined) return stays;
  return { kind: 'ok', config, changes: diffConfigs(current.config, config) };
}

/** A JetStream region that stops loses its disk, so only one may be out of service, and only if the others have all. */
function leaving(
  before: MeridianConfig,
  after: MeridianConfig,
  mayLeave: readonly string[],
): Verdict | undefined {
  const wasOut = outOfService(before);
  const out = outOfService(after);
  const regions = out.filter((id) => !wasOut.includes(id));
  if (regions.length === 0) return undefined;
  if (out.length > 1) {
    const reason = `${out.join(' and ')} would be out of service at the same time, and their streams' replicas with them: one after the other`;
    return { kind: 'jetstream_behind', reason };
  }
  return regions.every((id) => mayLeave.includes(id)) ? undefined : { kind: 'leaves', regions };
}

function outOfService(config: MeridianConfig): readonly string[] {
  return ownRegions(config).flatMap(({ id, jetstream, enabled, drain }) =>
    jetstream && (!enabled || drain) ? [id] : [],
  );
}

/** The platform settings that would have to be deployed before this configuration could take effect. */
export function changesToDeploy(deployed: MeridianConfig, config: MeridianConfig): readonly Change[] {
  return platformChanges(diffConfigs(deployed, config));
}
