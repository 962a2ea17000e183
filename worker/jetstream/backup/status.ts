// What a region says about the backups of the streams that its server leads.

export interface StreamBackupStatus {
  readonly account: string;
  readonly stream: string;
  /** Messages that were stored and are not backed up yet. */
  readonly lagMessages: number;
  /** At most so old is the oldest of them, ms; 0 if there is none. */
  readonly lagMs: number;
  /** ms since the epoch; absent if nothing was written, or that is not known yet. */
  readonly lastWrittenAt?: number;
  readonly problem?: string;
}
