// The admin endpoints: who may call each one, its name in the audit log, and the handler that answers it.

import { REGION_OPERATIONS, type RegionOperation } from '../../api/paths.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { adminRoute } from './admin-route.ts';
import { configBackup as configBackupOf } from './config-backup.ts';
import * as edits from './config-edits.ts';
import { currentConfig } from './config-read.ts';
import * as dryRun from './dry-run.ts';
import * as records from './records.ts';
import { operateRegion } from './region-ops.ts';
import * as restore from './restore-config.ts';
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

/** A request whose route names a region. */
interface RegionRequest extends Request {
  readonly params: { readonly id?: string };
}

/** One handler for each operation on a region. */
export const regionOperations = Object.fromEntries(
  REGION_OPERATIONS.map((operation) => [
    operation,
    adminRoute<EdgeContext, RegionRequest>('write', operation, (request, edge, caller) => {
      const id = decoded(request.params.id ?? '');
      if (id === undefined) {
        return errorResponse('bad_request', 'the path has a "%" that does not begin a character in UTF-8');
      }
      caller.note({ detail: `${operation} ${id.slice(0, 64)}` });
      return operateRegion(request, edge, caller, { id, operation });
    }),
  ]),
) as Record<RegionOperation, ReturnType<typeof adminRoute<EdgeContext, RegionRequest>>>;

/** Undefined if it is not percent-encoded UTF-8. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
