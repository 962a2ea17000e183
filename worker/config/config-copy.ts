// The configuration that one isolate works with: the deployed one at first, then whatever newer version it hears
// of, from KV or from an edit made here. It never goes back to an older one, since KV may still show that for a
// while, and never to a broken one: the last good one is kept, with a warning.

import type { MeridianConfig, RegionConfig } from '../../regions/config.ts';
import { describeProblem } from '../../regions/problems.ts';
import { validateConfig } from '../../regions/validate.ts';
import { compileRouting, type RoutingPlan } from '../../routing/plan.ts';
import { messageOf } from '../message-of.ts';
import { ontoDeployed } from './onto-deployed.ts';
import { CURRENT_KEY, type PublishedConfig } from './published-config.ts';

export interface ActiveConfig {
  /** 0 is the one that was deployed. */
  readonly version: number;
  readonly config: MeridianConfig;
  readonly plan: RoutingPlan;
}

/** @throws Error when the configuration has no such region */
export function regionOf(id: string, { plan }: ActiveConfig): RegionConfig {
  const region = plan.regionsById.get(id);
  if (region === undefined) throw new Error(`region ${id} is not in the configuration`);
  return region.config;
}

/** Where published versions are read: what is used of a KV namespace. */
export interface ConfigSource {
  get(key: string, options: { type: 'text'; cacheTtl: number }): Promise<string | null>;
}

/** Least time between two looks at KV. */
const REFRESH_EVERY_MS = 1_000;

/** The shortest that KV allows: how long a data center may go on with what it read before. */
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

  /** Takes over a version that is newer than the own one. The configuration has to be a valid one. */
  adopt({ version, config }: PublishedConfig): void {
    if (version <= this.#active.version) return;
    const merged = ontoDeployed(config, this.deployed);
    this.#active = { version, config: merged, plan: compileRouting(merged, version) };
  }

  /** Looks whether there is a newer version, at most once a second. Never rejects: going on is always possible. */
  async refresh(source: ConfigSource, now: number): Promise<void> {
    if (now - this.#lookedAt < REFRESH_EVERY_MS) return;
    this.#lookedAt = now;
    try {
      const text = await source.get(CURRENT_KEY, { type: 'text', cacheTtl: KV_CACHE_SECONDS });
      if (text === null || text === this.#lastText) return;
      this.#lastText = text;
      this.adopt(readPublished(text));
    } catch (error) {
      console.warn(`going on with version ${this.#active.version}: KV "${CURRENT_KEY}": ${messageOf(error)}`);
    }
  }
}

/** @throws Error when the text is not what the ConfigStore publishes */
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
