// How the Keeper is reached, and what can be asked of it.

import type { Env } from '../env.ts';
import type { StartAnswer } from './admission/admission.ts';
import type { KnownStream, Loss, Member, Restored } from './admission/record.ts';
import type { BackupProblem } from './bucket/backup-error.ts';
import type { RemovedAtOnce } from './bucket/remove.ts';
import type { Job, Verification } from './restore/jobs.ts';
import type { PlannedRestore } from './restore/plan.ts';
import type { AskedRestore } from './restore/restorer.ts';

/** What regions' objects and the Worker call, over RPC. */
export interface KeeperMethods {
  /** A region's server is to start, and its disk is empty: may it? Asked again each second while it may not. */
  mayStart(region: string): Promise<StartAnswer>;
  /** Whether a server that has started may take no clients yet: streams are restored, or it is not fully linked. */
  isHeld(region: string): Promise<boolean>;
  /** Why two regions' servers must not be linked now; undefined if they may be. */
  whyNotLink(one: string, other: string): Promise<string | undefined>;
  /** Why a region's server must not be ended by force now; undefined if it may be. */
  whyNotEnd(region: string): Promise<string | undefined>;
  /** Why regions must not be taken out of service now, `atOnce` or after a drain; undefined if they may be. */
  whyNotLeave(regions: readonly string[], atOnce: boolean): Promise<string | undefined>;
  /** A server leads a stream that it did not lead before: looks at all of them now, rather than at the usual time. */
  lookNow(): Promise<void>;
  admission(): Promise<AdmissionView>;
  /** Why JetStream, or some of its streams, serve nobody; undefined if all do. */
  problem(): Promise<string | undefined>;
  /** Gives up the streams that no server and no backup has. */
  acceptLoss(): Promise<AdmissionView>;
  /** Begins a restore. */
  startRestore(asked: AskedRestore): Promise<Job>;
  /** Begins to restore a backup into a server of its own, to see that it does. */
  startVerify(asked: Pick<AskedRestore, 'account' | 'stream'>): Promise<Job>;
  /** What a restore would do, or what is wrong with the backup. */
  planRestore(asked: AskedRestore): Promise<PlannedRestore>;
  /** The newest first. */
  jobs(): Promise<readonly Job[]>;
  job(id: string): Promise<Job | undefined>;
  /** The streams that there are, also those that no server holds any more. */
  streams(): Promise<readonly Pick<KnownStream, 'account' | 'stream'>[]>;
  /** The last of each stream. */
  verifications(): Promise<readonly Verification[]>;
  /** Why the backup of a stream must not be removed by hand now; undefined if it may be. */
  whyNotRemove(stream: Pick<KnownStream, 'account' | 'stream'>): Promise<string | undefined>;
  /** Removes it, unless it must not be. */
  removeBackup(stream: Pick<KnownStream, 'account' | 'stream'>): Promise<Removal>;
  /** Streams that were deleted, and whose backups are kept for some time. `at`: ms since the epoch. */
  deleted(): Promise<readonly (Pick<KnownStream, 'account' | 'stream'> & { readonly at: number })[]>;
}

/** What came of removing a backup. An error's class does not survive the way to the Worker. */
export type Removal =
  | ({ readonly ok: true } & RemovedAtOnce)
  /** `kept`: it stays, and the message says why. */
  | { readonly ok: false; readonly problem: BackupProblem | 'kept'; readonly message: string };

/** What operators see of admission. */
export interface AdmissionView {
  readonly members: readonly (Member & { readonly region: string })[];
  readonly problem?: string;
  readonly loss?: Loss;
  /** What came of the last loss. */
  readonly lastRestore?: Restored;
}

/** The name of the only object. */
const KEEPER_NAME = 'keeper';

/** The only Keeper; undefined if the deployment has none. */
export function jetStreamKeeper(env: Env): KeeperMethods | undefined {
  return env.JETSTREAM_KEEPER?.getByName(KEEPER_NAME) as KeeperMethods | undefined;
}
