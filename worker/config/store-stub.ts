// How the ConfigStore is reached.

import type { Env } from '../env.ts';
import type { ConfigStore } from './config-store.ts';

/** The name of the only object. */
const CONFIG_STORE_NAME = 'config';

/** The store's methods as other code calls them: each goes to the object, and rejects when it does not answer. */
export type ConfigStoreStub = Pick<
  ConfigStore,
  'current' | 'version' | 'history' | 'put' | 'rollback' | 'audit' | 'auditLog'
>;

/** The one store; undefined when the deployment has none. */
export function configStore(env: Env): ConfigStoreStub | undefined {
  // The class's own types: workers-types (2026-11) drops every result that holds an `unknown`, as a change does.
  return env.CONFIG_STORE?.getByName(CONFIG_STORE_NAME) as ConfigStoreStub | undefined;
}
