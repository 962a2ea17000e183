// The configuration that one isolate uses: the deployed one at first, then every newer version that arrives from KV or
// from an edit made here. An older version is ignored, since KV may still show it for a while. An invalid one is ignored
// with a warning.

import { type AnyRegion, isExternal, type MeridianConfig, type RegionConfig } from '../../regions/config.ts';
import { describeProblem } from '../../regions/problems.ts';
import { validateConfig } from '../../regions/validate.ts';
import { compileRouting, type RoutingPlan } from '../../routing/plan.ts';
import { messageOf } from '../message-of.ts';
import { ontoDeployed } from './onto-deployed.ts';
import { CURRENT_KEY, type PublishedConfig } from './published-config.ts';

export interface ActiveConfig {
  /** 0 is the deployed configuration. */
  readonly version: number;
  readonly config: MeridianConfig;
  readonly plan: RoutingPlan;
}

/** Any region. @throws Error when the configuration has no such region */
export function anyRegionOf(id: string, { plan }: ActiveConfig): AnyRegion {
  const region = plan.regionsById.get(id);
  if (region === undefined) throw new Error(`region ${id} is not in the configuration`);
  return region.config;
}

/** A region of ours. @throws Error when the configuration has no such region, or it is external */
export function regionOf(id: string, active: ActiveConfig): RegionConfig {
  const region = anyRegionOf(id, active);
  if (isExternal(region)) throw new Error(`region ${id} is external: it has no object`);
  return region;
}

/** Where published versions are read from: the part of a KV namespace that is used. */
export interface ConfigSource {
  get(key: string, options: { type: 'text'; cacheTtl: number }): Promise<string | null>;
}

/** Minimum time between two reads of KV. */
const REFRESH_EVERY_MS = 1_000;

/** How long a data center may use what it read before. KV allows no less. */
const KV_CACHE_SECONDS = 30;

export class ConfigCopy {
  readonly deployed: MeridianConfig;
  #active: ActiveConfig;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #lastText: string | undefined;

  constructor(deployed: MeridianConfig) {
    this.deployed = deployed;
    this.#active = { version: 0, config: deployed, plan: compileRouting(deployed, 0) };
  }

  get active(): ActiveConfig {
    return this.#active;
  }

  /** Adopts a version if it is newer than the current one. The configuration must be valid. */
  adopt({ version, config }: PublishedConfig): void {
    if (version <= this.#active.version) return;
    const merged = ontoDeployed(config, this.deployed);
    this.#active = { version, config: merged, plan: compileRouting(merged, version) };
  }

  /** Whether `refresh` would look. @param now ms */
  isDue(now: number): boolean {
    return now - this.#lookedAt >= REFRESH_EVERY_MS;
  }

  /** Looks for a newer version, at most once a second. Never rejects: the current version stays usable. */
  async refresh(source: ConfigSource, now: number): Promise<void> {
    if (!this.isDue(now)) return;
    this.#lookedAt = now;
    try {
      const text = await source.get(CURRENT_KEY, { type: 'text', cacheTtl: KV_CACHE_SECONDS });
      if (text === null || text === this.#lastText) return;
      this.#lastText = text;
      this.adopt(readPublished(text));
    } catch (error) {
      console.warn(`keeping version ${this.#active.version}: KV "${CURRENT_KEY}": ${messageOf(error)}`);
    }
  }
}

/** @throws Error if the text is not what the ConfigStore publishes */
function readPublished(text: string): PublishedConfig {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('version' in value) || !('config' in value)) {
    throw new Error('is not { version, config }');
  }
  const { version, config } = value;
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) {
    throw new Error(`has ${JSON.stringify(version)} as its version`);
  }
  const validation = validateConfig(config);
  if (validation.ok) return { version, config: validation.config };
  throw new Error(`version ${version} is not valid: ${validation.problems.map(describeProblem).join(' ')}`);
}
