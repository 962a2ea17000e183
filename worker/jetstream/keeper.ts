// The Keeper: one object that decides when a JetStream server may start with its empty disk, and has streams restored.

import { DurableObject } from 'cloudflare:workers';
import { ownRegions } from '../../regions/config.ts';
import { activeConfig } from '../config/active-config.ts';
import { regionOf } from '../config/config-copy.ts';
import type { Env } from '../env.ts';
import { messageOf } from '../message-of.ts';
import { regionStub } from '../region/region-stub.ts';
import type { StartAnswer } from './admission/admission.ts';
import { keptIn } from './admission/deleted.ts';
import type { AdmissionRecord, KnownStream } from './admission/record.ts';
import { whyNotSaved } from './admission/saved.ts';
import { Admissions } from './admissions.ts';
import { BackupBucket } from './bucket/backup-bucket.ts';
import { BackupError } from './bucket/backup-error.ts';
import { DeletedBackups, type DeletedStream } from './deleted-backups.ts';
import type { AdmissionView, KeeperMethods, Removal } from './keeper-stub.ts';
import type { Job, Verification } from './restore/jobs.ts';
import type { PlannedRestore } from './restore/plan.ts';
import { type AskedRestore, Restorer } from './restore/restorer.ts';
import { restorerHost } from './restorer-host.ts';

/** Where the record of admission is kept, in the object's `storage.kv`. */
const ADMISSION_KEY = 'admission';

export class JetStreamKeeper extends DurableObject<Env> implements KeeperMethods {
  readonly #admissions: Admissions;
  readonly #restorer: Restorer;
  readonly #deleted: DeletedBackups;

  constructor(ctx: DurableObject['ctx'], env: Env) {
    super(ctx, env);
    const stubOf = (id: string) => regionStub(env, regionOf(id, activeConfig(env)));
    this.#restorer = new Restorer(restorerHost(env, ctx), ctx.storage.sql);
    this.#deleted = new DeletedBackups(
      {
        bucket: () => {
          const { enabled } = activeConfig(env).config.jetstream.backup;
          return enabled && env.BACKUPS !== undefined ? new BackupBucket(env.BACKUPS) : undefined;
        },
        cluster: () => activeConfig(env).config.cluster,
        keepDays: () => activeConfig(env).config.jetstream.backup.keepDays,
        isGone: async (stream) =>
          // One that is just being restored is not there yet.
          !this.#restorer.isBusy && (await this.#whyNotGone(stream)) === undefined,
        removed: (stream) => this.#restorer.forget(stream),
      },
      ctx.storage.sql,
    );
    this.#admissions = new Admissions({
      load: () => ctx.storage.kv.get<AdmissionRecord>(ADMISSION_KEY),
      save: (record) => ctx.storage.kv.put(ADMISSION_KEY, record),
      regions: () =>
        ownRegions(activeConfig(env).config).flatMap(({ id, jetstream }) => (jetstream ? [id] : [])),
      sight: (region) => stubOf(region).holdings(),
      restart: async (region) => {
        await stubOf(region).halt();
        // It asks this object before it starts, so it is not waited for.
        const start = stubOf(region).wake();
        ctx.waitUntil(
          start.catch((error: unknown) => console.error(`JetStream: ${region}: ${messageOf(error)}`)),
        );
      },
      acceptsLoss: () => activeConfig(env).config.jetstream.acceptLoss,
      withoutBackup: (streams) =>
        env.BACKUPS === undefined ? Promise.resolve(streams) : this.#restorer.withoutBackup(streams),
      whyNotSaved: async (streams, regions) => {
        const { enabled, everySeconds } = activeConfig(env).config.jetstream.backup;
        const isBackedUp = env.BACKUPS !== undefined && enabled;
        const statuses = isBackedUp ? await Promise.all(regions.map((id) => stubOf(id).backupStatus())) : [];
        return whyNotSaved(streams, isBackedUp ? statuses.flat() : undefined, everySeconds);
      },
      revive: (...of) => this.#restorer.revive(...of),
      restoreAll: (streams) => this.#restorer.restoreAll(streams),
      looked: (deleted, record) => this.#deleted.looked(deleted, record, Date.now()),
      now: Date.now,
    });
  }

  async mayStart(region: string): Promise<StartAnswer> {
    await this.#lookSoon();
    return this.#admissions.mayStart(region);
  }

  async isHeld(region: string): Promise<boolean> {
    return this.#admissions.isHeld(region);
  }

  async whyNotLink(one: string, other: string): Promise<string | undefined> {
    return this.#admissions.whyNotLink(one, other);
  }

  async whyNotEnd(region: string): Promise<string | undefined> {
    return this.#admissions.whyNotEnd(region);
  }

  async whyNotLeave(regions: readonly string[], atOnce: boolean): Promise<string | undefined> {
    return this.#admissions.whyNotLeave(regions, atOnce);
  }

  lookNow(): Promise<void> {
    return this.#lookSoon();
  }

  async admission(): Promise<AdmissionView> {
    await this.#admissions.look();
    const problem = await this.problem();
    const { record, lastRestore } = this.#admissions;
    const { members, loss } = record;
    return {
      members: Object.entries(members).map(([region, member]) => ({ region, ...member })),
      ...(problem !== undefined && { problem }),
      ...(loss !== undefined && { loss }),
      ...(lastRestore !== undefined && { lastRestore }),
    };
  }

  async problem(): Promise<string | undefined> {
    const problem = await this.#admissions.problem();
    const { obstacle } = this.#restorer;
    return problem === undefined || obstacle === undefined ? problem : `${problem}, but ${obstacle}`;
  }

  async acceptLoss(): Promise<AdmissionView> {
    await this.#admissions.acceptLoss();
    await this.#lookSoon();
    return this.admission();
  }

  async startRestore(asked: AskedRestore): Promise<Job> {
    return this.#restorer.startRestore(asked);
  }

  async startVerify(asked: Pick<AskedRestore, 'account' | 'stream'>): Promise<Job> {
    return this.#restorer.startVerify(asked);
  }

  planRestore(asked: AskedRestore): Promise<PlannedRestore> {
    return this.#restorer.plan(asked);
  }

  async jobs(): Promise<readonly Job[]> {
    return this.#restorer.jobs();
  }

  async job(id: string): Promise<Job | undefined> {
    return this.#restorer.job(id);
  }

  async streams(): Promise<readonly Pick<KnownStream, 'account' | 'stream'>[]> {
    return keptIn(this.#admissions.record).map(({ account, stream }) => ({ account, stream }));
  }

  async verifications(): Promise<readonly Verification[]> {
    return this.#restorer.verifications();
  }

  async deleted(): Promise<readonly DeletedStream[]> {
    return this.#deleted.list();
  }

  async whyNotRemove(stream: Pick<KnownStream, 'account' | 'stream'>): Promise<string | undefined> {
    const job = this.#restorer.jobOf(stream);
    if (job !== undefined)
      return `it is being ${job.kind === 'verify' ? 'verified' : 'restored'} (job ${job.id})`;
    try {
      return await this.#whyNotGone(stream);
    } catch (error) {
      return `whether the stream exists is unknown: ${messageOf(error)}`;
    }
  }

  async removeBackup(stream: Pick<KnownStream, 'account' | 'stream'>): Promise<Removal> {
    try {
      const bucket = new BackupBucket(this.env.BACKUPS as R2Bucket);
      return await this.#deleted.removeNow(bucket, stream, () => this.whyNotRemove(stream));
    } catch (error) {
      if (!(error instanceof BackupError)) throw error;
      return { ok: false, problem: error.problem, message: error.message };
    }
  }

  override async alarm(): Promise<void> {
    if (this.env.BACKUPS !== undefined) this.ctx.waitUntil(this.#tendBackups());
    await this.ctx.storage.setAlarm(Date.now() + (await this.#admissions.tick()));
  }

  /** Why a stream can't be taken for gone, by what the servers' disks and JetStream's API say; undefined if it is. */
  async #whyNotGone(stream: Pick<KnownStream, 'account' | 'stream'>): Promise<string | undefined> {
    const why = await this.#admissions.whyNotGone(stream);
    if (why !== undefined) return why;
    return (await this.#restorer.hasStream(stream)) ? 'the stream exists' : undefined;
  }

  /** Removes those that are due, and verifies those that are. */
  async #tendBackups(): Promise<void> {
    await this.#deleted.tick(Date.now());
    await this.#restorer.tick().catch((error: unknown) => {
      console.error(`JetStream: backups are not verified: ${messageOf(error)}`);
    });
  }

  /** Whatever is scheduled, a look is due now. */
  #lookSoon(): Promise<void> {
    return this.ctx.storage.setAlarm(Date.now());
  }
}
