// The bindings of the Worker. The regions' own are not named here: their names follow from the regions' ids
// (region/region-stub.ts).

/** The NATS credentials that clients need. Secrets; they are passed to every container unchanged. */
export const NATS_SECRETS = [
  'NATS_USER',
  'NATS_PASSWORD',
  'NATS_TOKEN',
  'NATS_OPERATOR_JWT',
  'NATS_SYSTEM_ACCOUNT',
  'NATS_RESOLVER_PRELOAD',
  'NATS_LEAF_USERS',
  // Valid beside those above, or alone (container/entrypoint.sh).
  'NATS_USER_NEXT',
  'NATS_PASSWORD_NEXT',
  'NATS_LEAF_USERS_NEXT',
] as const;

/** What the admin endpoints read. All of it may be absent: without any credential configured, admin is off. */
export interface AdminEnv {
  /** Secret: a token, or several with names, one a line (admin/admin-tokens.ts). Allows everything. */
  readonly MERIDIAN_ADMIN_TOKEN?: string;
  /** Secret, in the same form. Allows reading everything. */
  readonly MERIDIAN_READ_TOKEN?: string;
  /** Secrets, in the same form: valid beside those above, or alone. */
  readonly MERIDIAN_ADMIN_TOKEN_NEXT?: string;
  readonly MERIDIAN_READ_TOKEN_NEXT?: string;
  /** Cloudflare's rate limit; without it, calls are not limited. */
  readonly ADMIN_RATE_LIMIT?: RateLimit;
}

export interface Env extends AdminEnv, Partial<Record<(typeof NATS_SECRETS)[number], string>> {
  /** A configuration as JSON, in place of the checked-in `regions/regions.json`. */
  readonly MERIDIAN_CONFIG?: string;
  /** `true` on a local stack (config/one-machine.ts). */
  readonly MERIDIAN_ONE_MACHINE?: string;
  /** Where the newest version is published. Without it an isolate knows only the versions that went through it. */
  readonly CONFIG?: KVNamespace;
  /** The one writer of the configuration (config/store-stub.ts). Without it nothing can be changed live. */
  readonly CONFIG_STORE?: DurableObjectNamespace;
  /** Admits JetStream servers, restores and verifies (jetstream/keeper.ts). Without it JetStream regions don't start. */
  readonly JETSTREAM_KEEPER?: DurableObjectNamespace;
  /** Where backups are restored to verify them (jetstream/scratch-server.ts). Without it they are not verified. */
  readonly JETSTREAM_SCRATCH?: DurableObjectNamespace;
  /** Measures the regions for /metrics and keeps a day of it (metrics/collector.ts). Without it there are no metrics. */
  readonly METRICS?: DurableObjectNamespace;
  /** Tells the live map what happens (live/live-view.ts). Without it the map is not live. */
  readonly LIVE_VIEW?: DurableObjectNamespace;
  /** Carries out rollouts (rollouts/rollout-driver.ts). Without it there are none. */
  readonly ROLLOUTS?: DurableObjectNamespace;
  /** Analytics Engine: a point for each client (connect/visit-counts.ts). Without it there are none. */
  readonly CONNECTS?: AnalyticsEngineDataset;
  /** Secret. With an operator: `.creds` files, one user for each account with streams, one after the other. */
  readonly MERIDIAN_BACKUP_CREDENTIALS?: string;
  /** Which sessions there are (sessions/session-registry.ts). Without it there are none. */
  readonly SESSION_REGISTRY?: DurableObjectNamespace;
  /** Their servers (sessions/session-server.ts). */
  readonly SESSION_SERVER?: DurableObjectNamespace;
  /** Secret: seed of the key that signs users of `signIn.account` (sign-in/credentials.ts). */
  readonly NATS_ACCOUNT_SIGNING_KEY?: string;
  /** Backups. Without it there are none. */
  readonly BACKUPS?: R2Bucket;
  /** Cloudflare's rate limit of handshakes (connect/connect-limit.ts); without it they are not limited. */
  readonly CONNECT_RATE_LIMIT?: RateLimit;
}
