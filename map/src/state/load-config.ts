// The configuration that is live, for those who may see it.

import type { LiveConfig } from '../../../api/config.ts';
import { PATHS } from '../../../api/paths.ts';
import { app, ask } from './app.ts';

/** Undefined if whoever looks may not see it, or nothing answers. */
export async function loadConfig(isFresh = false): Promise<LiveConfig | undefined> {
  const { token, config, world } = app.get();
  if (!isFresh && config !== undefined && config.version === world?.version) return config as LiveConfig;
  if (token === undefined && world?.level === 'public') return undefined;
  try {
    const live = await ask<LiveConfig>(PATHS.config);
    app.set({ config: live });
    return live;
  } catch {
    return undefined; // Whoever needs it says that it is missing.
  }
}
