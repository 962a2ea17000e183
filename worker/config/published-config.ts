// What the ConfigStore writes to KV and every Worker reads.

import type { MeridianConfig } from '../../regions/config.ts';

export const CURRENT_KEY = 'current';

/** A version as it was stored. Readers combine it with their own deployment; see onto-deployed.ts. */
export interface PublishedConfig {
  readonly version: number;
  readonly config: MeridianConfig;
}
