// The admin endpoints: who may call each one, its name in the audit log, and the handler that answers it.

import {
  REGION_OPERATIONS,
  type RegionOperation,
  ROLLOUT_OPERATIONS,
  type RolloutOperation,
} from '../../api/paths.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { type AdminHandler, adminRoute } from './admin-route.ts';
import { exportAudit as exportAuditLog } from './audit-export.ts';
import { exportArchive } from './backups-export.ts';
import { importBackup } from './backups-import.ts';
import { listBackups } from './backups-list.ts';
import { showBackup } from './backups-read.ts';
import * as removals from './backups-remove.ts';
import * as restores from './backups-restore.ts';
import { configBackup as configBackupOf } from './config-backup.ts';
import * as edits from './config-edits.ts';
import { currentConfig } from './config-read.ts';
import * as dryRun from './dry-run.ts';
import type { StreamRequest } from './from-bucket.ts';
import * as jetStream from './jetstream-status.ts';
import * as measured from './metrics-read.ts';
import * as records from './records.ts';
import { operateRegion } from './region-ops.ts';
import { regionScaling } from './region-scaling.ts';
import * as restore from './restore-config.ts';
import * as rolling from './rollouts.ts';
import * as secretsOf from './secrets.ts';
import { createSession } from './sessions-create.ts';
import * as ownSessions from './sessions-own.ts';
import { trace as followMessage } from './trace.ts';
import { trafficNow } from './traffic-now.ts';

/** Edits are audited by the ConfigStore, together with what they change. */
const BY_STORE = { changesAuditedBy: 'handler' } as const;

export const readConfig = adminRoute<EdgeContext>('read', 'read', currentConfig);

export const putConfig = adminRoute<EdgeContext>('write', 'put', edits.putConfig, BY_STORE);

export const rollbackConfig = adminRoute<EdgeContext>('write', 'rollback', edits.rollbackConfig, BY_STORE);

export const restoreConfig = adminRoute<EdgeContext>(
  'write',
  'restore-config',
  restore.restoreConfig,
  BY_STORE,
);

export const configBackup = adminRoute<EdgeContext>('read', 'config-backup', configBackupOf);

export const dryRunConfig = adminRoute<EdgeContext>('read', 'dry-run', (request, edge) =>
  dryRun.dryRunConfig(request, edge, () => trafficNow(edge)),
);

export const configHistory = adminRoute<EdgeContext>('read', 'history', records.configHistory);

export const auditLog = adminRoute<EdgeContext>('read', 'audit', records.auditLog);

export const exportAudit = adminRoute<EdgeContext>('read', 'audit', exportAuditLog);

/** A public endpoint that the configuration keeps from the public. */
export function forReaders(
  name: string,
  handler: (request: Request, edge: EdgeContext) => Response | Promise<Response>,
): (request: Request, edge: EdgeContext) => Promise<Response> {
  return adminRoute<EdgeContext>('read', name, handler);
}

export const jetStreamStatus = adminRoute<EdgeContext>('read', 'jetstream', jetStream.jetStreamStatus);

/** `POST /api/trace` */
export const trace = adminRoute<EdgeContext>('write', 'trace', followMessage);

export const acceptLoss = adminRoute<EdgeContext>('write', 'accept-loss', jetStream.acceptLoss);

export const metrics = adminRoute<EdgeContext>('read', 'metrics', measured.metrics);

export const metricsHistory = adminRoute<EdgeContext>('read', 'metrics', measured.metricsHistory);

export const forecasts = adminRoute<EdgeContext>('read', 'forecasts', measured.forecasts);

export const inspection = adminRoute<EdgeContext>('read', 'inspection', measured.inspection);

export const secrets = adminRoute<EdgeContext>('read', 'secrets', secretsOf.secrets);

export const traffic = adminRoute<EdgeContext>('read', 'traffic', measured.traffic);

/** Taking all messages away is not a change, but it is audited, and needs the token of one. */
export const backups = {
  list: adminRoute<EdgeContext>('read', 'backups', listBackups),
  show: adminRoute<EdgeContext, StreamRequest>('read', 'backups', showBackup),
  planRemoval: adminRoute<EdgeContext, StreamRequest>('read', 'delete-backup-dry-run', removals.planRemoval),
  remove: adminRoute<EdgeContext, StreamRequest>('write', 'delete-backup', removals.removeBackup),
  planRestore: adminRoute<EdgeContext, StreamRequest>('read', 'restore-dry-run', restores.planRestore),
  restore: adminRoute<EdgeContext, StreamRequest>('write', 'restore', restores.restore),
  verify: adminRoute<EdgeContext, StreamRequest>('write', 'verify', restores.verify),
  jobs: adminRoute<EdgeContext>('read', 'jobs', restores.listJobs),
  job: adminRoute<EdgeContext, IdRequest>('read', 'jobs', (request, edge) => {
    const id = decoded(request.params.id ?? '');
    return id === undefined ? badPath() : restores.showJob(id.slice(0, 64), edge);
  }),
  export: adminRoute<EdgeContext, StreamRequest>('write', 'export', exportArchive),
  import: adminRoute<EdgeContext, StreamRequest>('write', 'import', importBackup),
};

/** A session is of whoever made it: readers have theirs, and admins may see and end all. */
export const sessions = {
  list: adminRoute<EdgeContext>('read', 'sessions', ownSessions.listSessions),
  create: adminRoute<EdgeContext>('write-own', 'create-session', createSession),
  show: adminRoute<EdgeContext, IdRequest>('read', 'sessions', onSession(ownSessions.showSession)),
  end: adminRoute<EdgeContext, IdRequest>('write-own', 'end-session', onSession(ownSessions.endSession)),
  info: adminRoute<EdgeContext, IdRequest>('read', 'sessions', onSession(ownSessions.sessionInfo)),
  stats: adminRoute<EdgeContext, IdRequest>('read', 'sessions', onSession(ownSessions.sessionStats)),
};

/** The id or the name that is in the path, for a handler. */
function onSession(handler: ownSessions.SessionHandler): AdminHandler<EdgeContext, IdRequest> {
  return (request, edge, caller) => {
    const asked = decoded(request.params.id ?? '');
    return asked === undefined ? badPath() : handler({ request, edge, caller, asked });
  };
}

/** A request whose route names a region, a job, a session or a rollout. */
interface IdRequest extends Request {
  readonly params: { readonly id?: string };
}

/** Steps are audited by the ConfigStore, as edits of their rollout. */
export const rollouts = {
  list: adminRoute<EdgeContext>('read', 'rollouts', rolling.listRollouts),
  start: adminRoute<EdgeContext>('write', 'start-rollout', rolling.startRollout),
  plan: adminRoute<EdgeContext>('read', 'rollout-dry-run', rolling.planRollout),
  show: adminRoute<EdgeContext, IdRequest>('read', 'rollouts', ({ params: { id = '' } }, edge) =>
    rolling.showRollout(edge, id),
  ),
};

/** One handler for each operation on a rollout. */
export const rolloutOperations = Object.fromEntries(
  ROLLOUT_OPERATIONS.map((operation) => [
    operation,
    adminRoute<EdgeContext, IdRequest>('write', `${operation}-rollout`, (request, edge, caller) =>
      rolling.operateRollout(request, edge, { caller, id: request.params.id ?? '', operation }),
    ),
  ]),
) as Record<RolloutOperation, ReturnType<typeof adminRoute<EdgeContext, IdRequest>>>;

/** One handler for each operation on a region. */
export const regionOperations = Object.fromEntries(
  REGION_OPERATIONS.map((operation) => [
    operation,
    adminRoute<EdgeContext, IdRequest>('write', operation, (request, edge, caller) => {
      const id = decoded(request.params.id ?? '');
      if (id === undefined) {
        return badPath();
      }
      caller.note({ detail: `${operation} ${id.slice(0, 64)}` });
      return operateRegion(request, edge, caller, { id, operation });
    }),
  ]),
) as Record<RegionOperation, ReturnType<typeof adminRoute<EdgeContext, IdRequest>>>;

export const scaling = adminRoute<EdgeContext, IdRequest>('read', 'scaling', (request, edge) => {
  const id = decoded(request.params.id ?? '');
  return id === undefined ? badPath() : regionScaling(edge, id.slice(0, 64));
});

function badPath(): Response {
  return errorResponse('bad_request', 'the path has a "%" that does not begin a character in UTF-8');
}

/** Undefined if it is not percent-encoded UTF-8. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
