// The bindings of the Worker, and how a region's object is reached.

import type { RegionConfig } from '../regions/config.ts';
import { bindingNameOf, instanceNameOf } from '../regions/names.ts';
import type { ConfigStore } from './config/config-store.ts';
import type { NatsRegion } from './region/nats-region.ts';

/** Secrets by which NATS lets clients in; they go to every container as they are. */
export const NATS_SECRETS = [
  'NATS_USER',
  'NATS_PASSWORD',
  'NATS_TOKEN',
  'NATS_OPERATOR_JWT',
  'NATS_SYSTEM_ACCOUNT',
  'NATS_RESOLVER_PRELOAD',
] as const;

import type { AdminEnv } from './admin/admin-env.ts';
export interface Env extends AdminEnv, Partial<Record<(typeof NATS_SECRETS)[number], string>> {
  /** A configuration as JSON, in place of the checked-in `regions/regions.json`. */
  readonly MERIDIAN_CONFIG?: string;
  /** Where the newest version is published. Without it an isolate knows only the versions that it stored itself. */
  readonly CONFIG?: KVNamespace;
  /** The one writer of the configuration. Without it nothing can be changed live. */
  readonly CONFIG_STORE?: DurableObjectNamespace<ConfigStore>;
}

/**
 * The object of a region. The location hint goes with every call: only the first get of an object counts, and
 * nobody knows which one that is.
 *
 * @throws Error when the deployment has no binding for the region
 */
export function regionStub(env: Env, region: RegionConfig): DurableObjectStub<NatsRegion> {
  const binding = bindingNameOf(region.id);
  const namespace = (env as Record<string, unknown>)[binding] as
    | DurableObjectNamespace<NatsRegion>
    | undefined;
  if (namespace === undefined) {
    throw new Error(
      `region ${region.id} has no binding ${binding}: run "npm run regions -- sync" and deploy`,
    );
  }
  return namespace.getByName(instanceNameOf(region.id), {
    locationHint: region.hint as DurableObjectLocationHint,
  });
}
