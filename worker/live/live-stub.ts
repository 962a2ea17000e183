// How the object of the live map is reached.

import type { MeridianConfig } from '../../regions/config.ts';
import type { Env } from '../env.ts';

/** The name of the only object. */
const NAME = 'live';

/** What the Worker calls. */
export interface LiveMethods extends Pick<Fetcher, 'fetch'> {
  /** Shows an edit at once to those who look. */
  edited(version: number, config: MeridianConfig): Promise<void>;
}

/** Undefined if the deployment has none. */
export function liveView(env: Env): LiveMethods | undefined {
  return env.LIVE_VIEW?.getByName(NAME) as LiveMethods | undefined;
}

/** @throws Error if the object does not answer */
export async function tellLiveView(
  env: Env,
  { version, config }: { readonly version: number; readonly config: MeridianConfig },
): Promise<void> {
  await liveView(env)?.edited(version, config);
}
