// The configuration that this isolate uses: one copy, shared by the Worker and the Durable Objects that run here.

import type { MeridianConfig } from '../../regions/config.ts';
import { describeProblem } from '../../regions/problems.ts';
import checkedIn from '../../regions/regions.json' with { type: 'json' };
import { parseConfig, validateConfig } from '../../regions/validate.ts';
import type { Env } from '../env.ts';
import { type ActiveConfig, ConfigCopy } from './config-copy.ts';

export type { ActiveConfig } from './config-copy.ts';

let copy: ConfigCopy | undefined;

/**
 * The version that this isolate uses now. Never waits.
 *
 * @throws Error with every problem of the deployed configuration, if it is not valid
 */
export function activeConfig(env: Env): ActiveConfig {
  return copyOf(env).active;
}

/** Version 0: the configuration that was deployed, whatever has been stored since. */
export function deployedConfig(env: Env): MeridianConfig {
  return copyOf(env).deployed;
}

/** Adopts a newer version from KV; reads at most once a second. Call it in the background: nothing waits for KV. */
export async function refreshConfig(env: Env): Promise<void> {
  if (env.CONFIG !== undefined) await copyOf(env).refresh(env.CONFIG, Date.now());
}

/** Whether `refreshConfig` would read anything. */
export function isRefreshDue(env: Env): boolean {
  return env.CONFIG !== undefined && copyOf(env).isDue(Date.now());
}

/** Adopts a version that was just stored, without waiting for KV to show it. Older versions are ignored. */
export function adoptConfig(env: Env, version: number, config: MeridianConfig): void {
  copyOf(env).adopt({ version, config });
}

function copyOf(env: Env): ConfigCopy {
  copy ??= new ConfigCopy(loadDeployed(env));
  return copy;
}

function loadDeployed(env: Env): MeridianConfig {
  const result =
    env.MERIDIAN_CONFIG === undefined ? validateConfig(checkedIn) : parseConfig(env.MERIDIAN_CONFIG);
  if (result.ok) return result.config;
  throw new Error(`the configuration is not valid:\n${result.problems.map(describeProblem).join('\n')}`);
}
