// How the backup of the configuration stands, for whoever shows it.

import type { Env } from '../env.ts';
import type { ConfigBackupState } from './store-calls.ts';
import { configStore } from './store-stub.ts';

/**
 * Undefined if nothing is backed up, since the deployment has no bucket or no ConfigStore.
 *
 * @throws Error if the ConfigStore does not answer
 */
export async function configBackupStatus(env: Env): Promise<ConfigBackupState | undefined> {
  return env.BACKUPS === undefined ? undefined : configStore(env)?.backupStatus();
}
