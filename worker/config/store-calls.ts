// What the ConfigStore is asked to store, and what it answers: types.

import type { MeridianConfig } from '../../regions/config.ts';
import type { Change } from '../../regions/edits/diff.ts';
import type { BackupProgress } from './config-backup.ts';
import type { Verdict } from './edit-rules.ts';
import type { StoredVersion, VersionSummary } from './version-table.ts';

/** What every edit says. */
export interface EditRequest {
  /** The version that the author started from. */
  readonly base: number;
  readonly message: string;
  readonly author: string;
  readonly force: boolean;
  /** JetStream regions that may leave service now, as the Keeper says. */
  readonly mayLeave?: readonly string[];
  readonly address?: string;
  /** Version 0: the configuration that the caller was deployed with. */
  readonly deployed: MeridianConfig;
}

export interface PutRequest extends EditRequest {
  readonly config: unknown;
}

export interface RollbackRequest extends EditRequest {
  /** The version whose content becomes the newest. 0 is the deployed one. */
  readonly version: number;
}

export type EditOutcome =
  | { readonly kind: 'stored'; readonly stored: StoredVersion; readonly changes: readonly Change[] }
  | ConflictOutcome
  | { readonly kind: 'no_such_version' }
  | Exclude<Verdict, { kind: 'ok' | 'conflict' }>;

export interface ConflictOutcome {
  readonly kind: 'conflict';
  readonly current: number;
  /** From the base to the current version; empty if the base is no longer kept. */
  readonly changes: readonly Change[];
  /** The versions after the base, newest first. */
  readonly versions: readonly VersionSummary[];
}

export interface RestoreRequest extends Omit<EditRequest, 'message'> {
  /** Default: which version it was. */
  readonly message?: string;
  /** The version in the backup. Default: the newest. */
  readonly version?: number;
  /** Whose backup. Default: of the stores that were before this one, that which has the newest version. */
  readonly store?: string;
  /** Stores nothing, and says what would be stored. */
  readonly dryRun: boolean;
}

export type RestoreOutcome =
  | {
      /** Undefined in a dry run. */
      readonly kind: 'restored';
      readonly stored?: StoredVersion;
      readonly plan: RestorePlan;
    }
  | { readonly kind: 'no_bucket' }
  | { readonly kind: 'bucket_unavailable'; readonly problem: string }
  | { readonly kind: 'no_such_backup' }
  | { readonly kind: 'not_empty'; readonly current: number }
  | Exclude<EditOutcome, { kind: 'stored' | 'no_such_version' }>;

/** What a restore takes from the bucket. */
export interface RestorePlan {
  /** The store and the version in its backup. */
  readonly store: string;
  readonly version: VersionSummary;
  /** The number that it gets here. */
  readonly as: number;
  /** With the platform settings that are deployed. */
  readonly config: MeridianConfig;
  readonly changes: readonly Change[];
  /** The platform settings of the backup that differ from the deployed ones, which stay. */
  readonly notTaken: readonly Change[];
  /** How many versions and entries of the audit log can be read here again; 0 and 0 if this store has its own. */
  /** `breaks`: entries of the audit log that are not as they were written. */
  readonly history: { readonly versions: number; readonly entries: number; readonly breaks: number };
}

/** How the backup of the configuration stands, and what could be restored. */
export interface ConfigBackupState extends BackupProgress {
  /** Number of the current version. */
  readonly version: number;
  /** The newest version of an earlier store, while this one is empty. */
  readonly earlier?: { readonly store: string; readonly version: VersionSummary };
  /** Why it is not known what there was earlier. */
  readonly earlierProblem?: string;
}
