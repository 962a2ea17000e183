// Gets the stub of the ConfigStore.

import type { Env } from '../env.ts';
import type { ConfigStore } from './config-store.ts';

/** The name of the only object. */
const CONFIG_STORE_NAME = 'config';

/** The store's methods as other code calls them: each is a call to the object, and rejects if it does not answer. */
export type ConfigStoreStub = Pick<
  ConfigStore,
  | 'current'
  | 'version'
  | 'history'
  | 'put'
  | 'rollback'
  | 'restore'
  | 'backupStatus'
  | 'audit'
  | 'auditLog'
  | 'auditAfter'
  | 'secrets'
  | 'tokenUsed'
>;

/** The only store; undefined if the deployment has none. */
export function configStore(env: Pick<Env, 'CONFIG_STORE'>): ConfigStoreStub | undefined {
  // Cast to the class's own types: workers-types (2026-11) drops results that contain an `unknown`, as a change does.
  return env.CONFIG_STORE?.getByName(CONFIG_STORE_NAME) as ConfigStoreStub | undefined;
}
