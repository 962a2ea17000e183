// How the objects of sessions are reached, and what can be asked of them.

import type { SessionStats } from '../../api/sessions.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import type { Env } from '../env.ts';
import type { Claim, Lease, Told } from './lease.ts';
import type { SessionFigures } from './session-figures.ts';
import { SessionIds } from './session-ids.ts';

/** What became of a claim. */
export type Claimed =
  | { readonly kind: 'made' | 'found'; readonly lease: Lease }
  | { readonly kind: 'differs' | 'ending' }
  | {
      readonly kind: 'full';
      readonly of: 'owner' | 'all';
      readonly most: number;
      readonly retryAfterMs: number;
    };

export interface LeasePage {
  readonly leases: readonly Lease[];
  /** How many there are in all. */
  readonly count: number;
}

/** What Workers and the servers' objects call, over RPC. */
export interface RegistryMethods {
  /** Of this deployment: made once, and the same for ever. */
  secret(): Promise<ArrayBuffer>;
  claim(claim: Claim): Promise<Claimed>;
  lease(id: string): Promise<Lease | undefined>;
  /** Newest first. @param owner whose; undefined: of all */
  page(owner: string | undefined, before: number, limit: number): Promise<LeasePage>;
  /** Ends it: lame duck mode, then it is gone. The lease as it is then; undefined if there is none. */
  end(id: string): Promise<Lease | undefined>;
  /** From a server's object. */
  tell(id: string, serial: number, told: Told): Promise<void>;
  /** For metrics; asks nobody. */
  figures(): Promise<SessionFigures>;
  /** From a server's object: nothing is left of it. */
  gone(id: string, serial: number): Promise<void>;
}

/** What a session's server is started with. Its object keeps it, to start it again. */
export interface ServerSpec
  extends Pick<Lease, 'id' | 'serial' | 'name' | 'region' | 'config' | 'expiresAt'> {
  readonly token: string;
  /** As in the configuration: such as `10m`. */
  readonly sleepAfter: string;
}

/** What a server says of itself. */
export interface ServerFacts {
  readonly serverId: string;
  readonly serverName: string;
  readonly version: string;
  readonly stats: NonNullable<SessionStats['server']>;
}

export interface ServerStatus extends Told {
  readonly since: number;
  /** Absent if it does not run or does not answer. */
  readonly facts?: ServerFacts;
  /** Id of the region that it is linked with; absent if it is with none. */
  readonly joined?: string;
  /** Why it is with none, although it is to be joined. */
  readonly joinProblem?: string;
}

export interface ServerMethods {
  /** Starts the server, or renews its lease; returns once it serves, or cannot be started. */
  begin(spec: ServerSpec): Promise<ServerStatus>;
  /** Never starts anything. Undefined if there is no such session here. @param serial of its lease */
  status(serial: number): Promise<ServerStatus | undefined>;
  /** Begins to end it. May be called again. */
  end(id: string, serial: number): Promise<void>;
}

export type ServerStub = ServerMethods & Pick<Fetcher, 'fetch'>;

/** Of the only object. */
const REGISTRY_NAME = 'sessions';

/** Undefined if the deployment has none. */
export function sessionRegistry(env: Env): RegistryMethods | undefined {
  return env.SESSION_REGISTRY?.getByName(REGISTRY_NAME) as RegistryMethods | undefined;
}

/**
 * The object of a session's server.
 *
 * @param hint where to place it, which counts on the first get only
 * @throws Error if the deployment has none
 */
export function sessionServer(env: Env, id: string, hint?: string): ServerStub {
  if (env.SESSION_SERVER === undefined) {
    throw new Error('this deployment has no SESSION_SERVER: run "npm run regions -- sync" and deploy');
  }
  const options = hint === undefined ? {} : { locationHint: hint as DurableObjectLocationHint };
  return env.SESSION_SERVER.getByName(id, options) as DurableObjectStub & ServerMethods;
}

/** A registry that does not answer for this long does not answer. */
const SECRET_TIMEOUT_MS = 5_000;

/** Of the isolate, by the namespace that they are of: the registry is asked once. */
const known = new WeakMap<object, Promise<SessionIds>>();

/** The ids of this deployment. @throws Error if it has no registry, or that does not answer */
export async function sessionIds(env: Env): Promise<SessionIds> {
  const namespace = env.SESSION_REGISTRY;
  const registry = sessionRegistry(env);
  if (namespace === undefined || registry === undefined)
    throw new Error('this deployment has no SESSION_REGISTRY');
  const found = known.get(namespace);
  if (found !== undefined) return found;
  const problem = `the registry of sessions did not answer within ${SECRET_TIMEOUT_MS} ms`;
  const secret = await withTimeout(registry.secret(), SECRET_TIMEOUT_MS, problem);
  const ids = SessionIds.of(new Uint8Array(secret));
  known.set(namespace, ids);
  return ids;
}
