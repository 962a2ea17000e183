// How the backup of the configuration stands.

import type { ConfigBackup } from '../../api/config-backup.ts';
import { configBackupStatus } from '../config/backup-status.ts';
import type { ConfigBackupState } from '../config/store-calls.ts';
import { configStore } from '../config/store-stub.ts';
import type { EdgeContext } from '../edge-context.ts';
import { summaryView } from './edit-answer.ts';
import { fromStore, noStore } from './from-store.ts';
import { noBucket } from './restore-config.ts';

/** `GET /api/config/backup` */
export async function configBackup(_request: Request, { env }: EdgeContext): Promise<Response> {
  if (configStore(env) === undefined) return noStore();
  return fromStore(
    () => configBackupStatus(env),
    (state) => (state === undefined ? noBucket() : Response.json(configBackupView(state))),
  );
}

/** What anyone who may read is told. */
export function configBackupView(state: ConfigBackupState): ConfigBackup {
  const { version, store, restoredFrom, versionsBehind, entriesBehind, behindSince, failing, earlier } =
    state;
  return {
    version,
    store: store ?? null,
    restoredFrom: restoredFrom ?? null,
    versionsBehind,
    entriesBehind,
    behindSince: timeOf(behindSince),
    missed: { versions: state.missedVersions, entries: state.missedEntries },
    writtenAt: timeOf(state.writtenAt),
    problem: failing?.problem ?? null,
    problemSince: timeOf(failing?.since),
    earlier: earlier === undefined ? null : { store: earlier.store, ...summaryView(earlier.version) },
    earlierProblem: state.earlierProblem ?? null,
  };
}

function timeOf(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}
