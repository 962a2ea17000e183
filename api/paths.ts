// The paths of all endpoints. The Worker's router, the client and the tests take their paths from here.

/** Placeholders are written as in OpenAPI: `{id}`. */
export const PATHS = {
  root: '/',
  nats: '/nats',
  leafnode: '/leafnode',
  mqtt: '/mqtt',
  health: '/health',
  regions: '/api/regions',
  mesh: '/api/mesh',
  live: '/api/live',
  route: '/api/route',
  flags: '/api/flags',
  whoami: '/api/whoami',
  openapi: '/api/openapi.json',
  about: '/.well-known/meridian.json',
  credentials: '/api/credentials',
  config: '/api/config',
  dryRun: '/api/config/dry-run',
  rollback: '/api/config/rollback',
  configBackup: '/api/config/backup',
  restoreConfig: '/api/config/restore',
  history: '/api/config/history',
  forecasts: '/api/config/forecasts',
  audit: '/api/audit',
  auditExport: '/api/audit/export',
  jetstream: '/api/jetstream',
  acceptLoss: '/api/jetstream/accept-loss',
  backups: '/api/backups',
  jobs: '/api/backups/jobs',
  metrics: '/metrics',
  metricsHistory: '/api/metrics/history',
  traffic: '/api/traffic',
  inspection: '/api/inspection',
  secrets: '/api/secrets',
  trace: '/api/trace',
  sessions: '/api/containers',
  rollouts: '/api/rollouts',
  planRollout: '/api/rollouts/dry-run',
} as const;

/** What anyone may read, from any web page. */
export const PUBLIC_PATHS: readonly string[] = [
  PATHS.health,
  PATHS.regions,
  PATHS.mesh,
  PATHS.route,
  PATHS.flags,
  PATHS.whoami,
  PATHS.openapi,
  PATHS.about,
];

/** What an operator may do to a region. */
export const REGION_OPERATIONS = ['drain', 'undrain', 'wake', 'stop'] as const;
export type RegionOperation = (typeof REGION_OPERATIONS)[number];

/** The path of an operation on the region `id`, or on the placeholder of a route table (`{id}`, `:id`). */
export function regionOperationPath(id: string, operation: RegionOperation): string {
  return `${PATHS.regions}/${id}/${operation}`;
}

/** What may be done to a rollout. */
export const ROLLOUT_OPERATIONS = ['pause', 'resume', 'abort', 'promote'] as const;
export type RolloutOperation = (typeof ROLLOUT_OPERATIONS)[number];

/** The path of a rollout or of an operation on it, or of the placeholders of a route table. */
export function rolloutPath(id: string, operation?: string): string {
  return operation === undefined ? `${PATHS.rollouts}/${id}` : `${PATHS.rollouts}/${id}/${operation}`;
}

/** The path of what is decided about the servers of a region, or of the placeholder of a route table. */
export function scalingPath(id: string): string {
  return `${PATHS.regions}/${id}/scaling`;
}

/** What is below the path of a stream's backup; the backup itself if undefined. */
export type BackupPart = 'restore' | 'restore/dry-run' | 'delete/dry-run' | 'verify' | 'archive';

/**
 * The path of a stream's backup, or on the placeholders of a route table. An account of nats-server here is `$G`, or
 * the public key of one that an operator has signed, so none is called `jobs`.
 */
export function backupPath(account: string, stream: string, part?: BackupPart): string {
  const path = `${PATHS.backups}/${account}/${stream}`;
  return part === undefined ? path : `${path}/${part}`;
}

/** The path of a session, or of the placeholder of a route table. */
export function sessionPath(id: string): string {
  return `${PATHS.sessions}/${id}`;
}

/** What there is at a session's server: its door for clients, and what it says of itself. */
export type SessionPart = 'connect' | 'info' | 'stats';

/** A path at the server of a session, or of the placeholder of a route table. */
export function sessionServerPath(id: string, part: SessionPart): string {
  return `${PATHS.nats}/${id}/${part}`;
}

/** The path of a job, or of the placeholder of a route table. */
export function jobPath(id: string): string {
  return `${PATHS.jobs}/${id}`;
}
