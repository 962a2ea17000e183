// A ConfigStore that does not answer, as a binding.

import type { ConfigStoreStub } from '../../../worker/config/store-stub.ts';
import type { Env } from '../../../worker/env.ts';

/** Every call rejects with `message`, but those that are given. */
export function brokenStore(
  message: string,
  working: Partial<ConfigStoreStub> = {},
): NonNullable<Env['CONFIG_STORE']> {
  const fail = () => Promise.reject(new Error(message));
  const methods = ['current', 'version', 'history', 'put', 'rollback', 'audit', 'auditLog', 'auditAfter'];
  const store = { ...Object.fromEntries(methods.map((method) => [method, fail])), ...working };
  return { getByName: () => store } as unknown as NonNullable<Env['CONFIG_STORE']>;
}
