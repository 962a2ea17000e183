// Restores and verifications, as the Keeper has them done: one job after the other is begun, each in the background,
// and what became of it is kept.

import type { NatsConnection } from '@nats-io/nats-core';
import { messageOf } from '../../message-of.ts';
import type { KnownStream, Restored } from '../admission/record.ts';
import type { BackupBucket } from '../bucket/backup-bucket.ts';
import { BackupError } from '../bucket/backup-error.ts';
import type { StreamName } from '../manifest/manifest.ts';
import { streamNames } from './api.ts';
import { disconnect } from './connect.ts';
import { feedersFirst, feedersOf } from './feeds.ts';
import { type Job, Jobs, type Verification } from './jobs.ts';
import { removeOrphan, thoseBack } from './orphan.ts';
import { type PlannedRestore, planOf } from './plan.ts';
import { restoreStream, undo } from './restore-stream.ts';
import { type RestoreSource, sourceFrom } from './source.ts';
import { verifyBackup } from './verify.ts';

export interface RestorerHost {
  /** Whether the deployment has a bucket for backups. */
  hasBucket(): boolean;
  /** @throws Error if the deployment has no bucket */
  bucket(): BackupBucket;
  cluster(): string;
  /** A connection to a server that takes part in JetStream. @throws Error if none is up, or nothing logs in */
  connect(account: string): Promise<NatsConnection>;
  /** How many servers take part in JetStream. */
  servers(): number;
  /** How many servers say that they hold a stream up to a sequence. */
  holders(account: string, stream: string, lastSeq: number): Promise<number>;
  /** Gives a server that holds nothing, for as long as it is used. */
  withScratch<T>(use: (connection: NatsConnection) => Promise<T>): Promise<T>;
  /** How often each backup is verified; 0: never. */
  verifyHours(): number;
  /** Keeps the object until it is done. */
  background(work: Promise<unknown>): void;
}

export interface AskedRestore {
  readonly account: string;
  readonly stream: string;
  /** Default: its own name. */
  readonly as?: string;
  /** As it was at this time, ms since the epoch. */
  readonly at?: number;
  /** As it was with this message as its last. */
  readonly seq?: number;
}

/** While R2 or the servers don't answer, a restore after a loss is begun again. */
const AGAIN_MS = 2_000;

/** A stream of a restore after a loss is tried so often. */
const ATTEMPTS = 3;

/** How many streams are restored at a time after a loss: each has a segment or two in memory. */
const AT_A_TIME = 4;

/** The bucket is looked through for what is to be verified; that costs a class A operation or two. */
const LOOK_THROUGH_MS = 3_600_000;
const HOUR_MS = 3_600_000;

export class Restorer {
  readonly #host: RestorerHost;
  readonly #jobs: Jobs;
  #lookedThroughAt = 0;
  #obstacle: string | undefined;
  /** What an earlier life of this object had begun to restore is being removed. */
  #cleaning: Promise<unknown> = Promise.resolve();
  /** One verification at a time: there is one scratch server. */
  #verifying: Promise<unknown> = Promise.resolve();

  constructor(host: RestorerHost, sql: SqlStorage) {
    this.#host = host;
    this.#jobs = new Jobs(sql);
    const abandoned = this.#jobs.abandoned();
    for (const job of abandoned) {
      this.#jobs.end(job.id, { problem: 'the object that carried it out was restarted: start it again' });
    }
    if (abandoned.length > 0) {
      this.#cleaning = this.#cleanUp(abandoned);
      host.background(this.#cleaning);
    }
  }

  /** Why a restore after a loss does not go on now; undefined if it does, or there is none. */
  get obstacle(): string | undefined {
    return this.#obstacle;
  }

  jobs(): readonly Job[] {
    return this.#jobs.list();
  }

  job(id: string): Job | undefined {
    return this.#jobs.find(id);
  }

  verifications(): readonly Verification[] {
    return this.#jobs.verifications();
  }

  /** The backup of a stream that was deleted is gone. */
  forget(stream: Pick<Verification, 'account' | 'stream'>): void {
    this.#jobs.forgetVerification(stream);
  }

  /** Whether a restore or a verification is under way. */
  get isBusy(): boolean {
    return this.#jobs.isBusy;
  }

  /** The restore or verification of a backup that is under way. */
  jobOf({ account, stream }: Pick<StreamName, 'account' | 'stream'>): Job | undefined {
    return this.#jobs.list().find((job) => {
      return job.state === 'running' && job.account === account && job.stream === stream;
    });
  }

  /** Whether an account has a stream, as its servers say. @throws Error if they do not answer */
  hasStream({ account, stream }: Pick<StreamName, 'account' | 'stream'>): Promise<boolean> {
    return this.#connected(account, async (connection) => (await streamNames(connection)).includes(stream));
  }

  /** @throws Error if no server answers */
  async plan(asked: AskedRestore): Promise<PlannedRestore> {
    try {
      const source = await this.#sourceOf(asked);
      const plan = await this.#connected(asked.account, (connection) =>
        planOf(connection, source, asked.as ?? asked.stream),
      );
      return { ok: true, plan };
    } catch (error) {
      if (error instanceof BackupError) return { ok: false, problem: error.problem, message: error.message };
      throw error;
    }
  }

  startRestore(asked: AskedRestore): Job {
    const { account, stream, as = stream } = asked;
    const job = this.#jobs.begin({ kind: 'restore', account, stream, as });
    this.#host.background(this.#carryOut(job, async () => (await this.#restore(job, asked)).result));
    return job;
  }

  startVerify({ account, stream }: Pick<AskedRestore, 'account' | 'stream'>): Job {
    const job = this.#jobs.begin({ kind: 'verify', account, stream, as: stream });
    this.#verifying = this.#verifying.then(() => this.#carryOut(job, () => this.#verify(job)));
    this.#host.background(this.#verifying);
    return job;
  }

  /** Begins the verifications that are due. Called regularly. */
  async tick(): Promise<void> {
    const hours = this.#host.verifyHours();
    const now = Date.now();
    if (hours === 0 || this.#jobs.isBusy || now - this.#lookedThroughAt < LOOK_THROUGH_MS) return;
    this.#lookedThroughAt = now;
    const verifiedAt = new Map(
      this.verifications().map(({ account, stream, at }) => [`${account} ${stream}`, at]),
    );
    for (const { account, stream } of await this.#host.bucket().streams(this.#host.cluster())) {
      const at = verifiedAt.get(`${account} ${stream}`) ?? 0;
      if (now - at >= hours * HOUR_MS) this.startVerify({ account, stream });
    }
  }

  /** Those of the streams that have no backup. @throws Error if that can't be found out */
  async withoutBackup<T extends Pick<StreamName, 'account' | 'stream'>>(
    streams: readonly T[],
  ): Promise<readonly T[]> {
    const backups = await this.#host.bucket().streams(this.#host.cluster());
    const names = new Set(backups.map(({ account, stream }) => `${account} ${stream}`));
    return streams.filter(({ account, stream }) => !names.has(`${account} ${stream}`));
  }

  /**
   * Restores those of the streams that have a backup and are on no server. Goes on until R2 and the servers have
   * answered. A stream without a backup is given up; a backup of one that was deleted before stays where it is. What the
   * servers had and the backups lack is told as a problem.
   *
   * @param lost as the servers that held them were last seen
   */
  async restoreAll(lost: readonly KnownStream[]): Promise<Restored> {
    // Otherwise a stream could be found there that is then removed.
    await this.#cleaning;
    const all = this.#host.hasBucket()
      ? await this.#untilAnswered('the backups', () => this.#host.bucket().streams(this.#host.cluster()))
      : [];
    const backups = new Set(all.map(({ account, stream }) => `${account} ${stream}`));
    const backedUp = lost.filter(({ account, stream }) => backups.has(`${account} ${stream}`));
    const problems = lost
      .filter((each) => !backedUp.includes(each))
      .map(({ account, stream, messages }) => {
        const what = messages > 0 ? `its ${messages} messages are lost` : 'it is gone, and was empty';
        return `stream ${stream} of account ${account} had no backup: ${what}`;
      });
    const failures: string[] = [];
    const missing: KnownStream[] = [];
    let streams = 0;
    for (const account of new Set(backedUp.map((each) => each.account))) {
      const own = backedUp.filter((each) => each.account === account);
      try {
        const there = await this.#untilAnswered(`the streams of account ${account}`, () =>
          this.#connected(account, (connection) =>
            thoseBack(connection, own, (...of) => this.#host.holders(...of)),
          ),
        );
        const gone = own.filter((each) => !there.includes(each));
        for (const round of await this.#inRounds(gone)) {
          await eachOf(round, AT_A_TIME, async (known) => {
            const { isBack, problem } = await this.#restoreLost(known);
            if (isBack) streams += 1;
            else missing.push(known);
            if (problem !== undefined) (isBack ? problems : failures).push(problem);
          });
        }
      } catch (error) {
        failures.push(`${own.length} streams of account ${account} were not restored: ${messageOf(error)}`);
        missing.push(...own);
      }
    }
    return { at: Date.now(), streams, problems, failures, missing };
  }

  /**
   * Restores a stream whose servers have all ended, while others go on: before they start, or after they have made it
   * anew, empty.
   *
   * @param mayBeHeld whether a server may have it, that was made anew
   * @returns what an operator should know, if it is not all back
   * @throws Error if R2 or the servers do not answer: it is to be tried again
   */
  async revive(known: KnownStream, mayBeHeld: boolean): Promise<Pick<Restored, 'streams' | 'problems'>> {
    const { account, stream } = known;
    const had = known.lastSeq === 0 ? 'without messages when it was last seen' : `${known.messages} messages`;
    const what = `stream ${stream} of account ${account}, ${had}, that only ${known.servers.join(', ')} held,`;
    const given = (why: string) => ({
      streams: 0,
      problems: [`${what} can't be restored, and comes back empty: ${why}`],
    });
    if (!this.#host.hasBucket()) return given('this deployment has no bucket for backups');
    try {
      const { selection } = await this.#sourceOf({ account, stream });
      // Its server makes it anew as it was.
      if (known.lastSeq === 0 && selection.messages === 0) return { streams: 0, problems: [] };
    } catch (error) {
      if (!(error instanceof BackupError) || error.problem === 'unavailable') throw error;
      return given(messageOf(error));
    }
    const taken = await this.#connected(account, (connection) => removeOrphan(connection, known, mayBeHeld));
    if (taken !== undefined) return { streams: 0, problems: [`${what} was not restored: ${taken}`] };
    const { isBack, problem } = await this.#restoreLost(known);
    if (!isBack) throw new Error(problem);
    return { streams: 1, problems: problem === undefined ? [] : [problem] };
  }

  /**
   * Those that others of them source or mirror come first: one that comes back goes on where it was in those that are
   * there (resume-sources.ts). One whose backup can't be read waits for none.
   */
  async #inRounds(streams: readonly KnownStream[]): Promise<readonly (readonly KnownStream[])[]> {
    if (streams.length < 2) return [streams];
    const feeders = new Map<string, readonly string[]>();
    await eachOf(streams, AT_A_TIME, async ({ account, stream }) => {
      const source = await this.#sourceOf({ account, stream }).catch(() => undefined);
      feeders.set(stream, source === undefined ? [] : feedersOf(source.selection.config));
    });
    return feedersFirst(streams, ({ stream }) => feeders.get(stream) ?? []);
  }

  async #restoreLost(
    known: KnownStream,
  ): Promise<{ readonly isBack: boolean; readonly problem: string | undefined }> {
    const { account, stream } = known;
    const job = this.#jobs.begin({ kind: 'restore', account, stream, as: stream });
    for (let attempt = 1; ; attempt++) {
      try {
        const { result, lastSeq, changes } = await this.#restore(job, { account, stream });
        this.#jobs.end(job.id, { result });
        return { isBack: true, problem: differenceText(known, lastSeq, changes) };
      } catch (error) {
        const problem = messageOf(error);
        if (attempt === ATTEMPTS) {
          this.#jobs.end(job.id, { problem });
          return { isBack: false, problem };
        }
        await pause(AGAIN_MS);
      }
    }
  }

  async #carryOut(job: Job, work: () => Promise<string>): Promise<void> {
    try {
      this.#jobs.end(job.id, { result: await work() });
    } catch (error) {
      const problem = messageOf(error);
      console.error(`JetStream: ${job.kind} of ${job.stream} of account ${job.account}: ${problem}`);
      this.#jobs.end(job.id, { problem });
    }
  }

  async #restore(
    { id }: Job,
    asked: AskedRestore,
  ): Promise<{ readonly result: string; readonly lastSeq: number; readonly changes: readonly string[] }> {
    const { account, stream, as = stream } = asked;
    const source = await this.#sourceOf(asked);
    this.#expect(id, source);
    return this.#connected(account, async (connection) => {
      const { messages, lastSeq, changes, remarks } = await restoreStream(connection, {
        bucket: this.#host.bucket(),
        source,
        as,
        id,
        connect: () => this.#host.connect(account),
        servers: this.#host.servers(),
        holders: (...of) => this.#host.holders(...of),
        onProgress: (bytes) => this.#jobs.progress(id, bytes),
      });
      const text = `${messages} messages up to sequence ${lastSeq} in stream ${as}`;
      return { result: [text, ...remarksOf(source), ...changes, ...remarks].join('; '), lastSeq, changes };
    });
  }

  async #verify(job: Job): Promise<string> {
    const { account, stream } = job;
    try {
      const source = await this.#sourceOf({ account, stream });
      this.#expect(job.id, source);
      const result = await this.#host.withScratch((connection) =>
        verifyBackup(connection, this.#host.bucket(), source, (bytes) => this.#jobs.progress(job.id, bytes)),
      );
      this.#jobs.verified({ account, stream, at: Date.now(), ok: true });
      return [result, ...remarksOf(source)].join('; ');
    } catch (error) {
      const problem = messageOf(error);
      this.#jobs.verified({ account, stream, at: Date.now(), ok: false, problem });
      throw error;
    }
  }

  #expect(id: string, { selection }: RestoreSource): void {
    const { messages, bytes } = selection;
    this.#jobs.note(id, { totalMessages: messages, totalBytes: bytes, doneBytes: 0, doneMessages: 0 });
  }

  #sourceOf({ account, stream, at, seq }: AskedRestore): Promise<RestoreSource> {
    const name = { cluster: this.#host.cluster(), account, stream };
    const point = { ...(at !== undefined && { at }), ...(seq !== undefined && { seq }) };
    return sourceFrom(this.#host.bucket(), name, point);
  }

  async #connected<T>(account: string, use: (connection: NatsConnection) => Promise<T>): Promise<T> {
    const connection = await this.#host.connect(account);
    try {
      return await use(connection);
    } finally {
      disconnect(connection);
    }
  }

  async #untilAnswered<T>(what: string, ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const answer = await ask();
        this.#obstacle = undefined;
        return answer;
      } catch (error) {
        this.#obstacle = `${what} can't be read: ${messageOf(error)}`;
        console.error(`JetStream: streams are to be restored, but ${this.#obstacle}`);
        await pause(AGAIN_MS);
      }
    }
  }

  /** What restores that were cut short may have left. */
  async #cleanUp(jobs: readonly Job[]): Promise<void> {
    const restores = jobs.filter(({ kind }) => kind === 'restore');
    await eachOf(restores, AT_A_TIME, async ({ id, account, as }) => {
      const left = await undo(() => this.#host.connect(account), as, id);
      if (left === undefined) return;
      console.error(
        `JetStream: what a restore made of ${as} of account ${account} may still be there: ${left}`,
      );
    });
  }
}

/**
 * What is not back as it was; undefined if all is. Of what was acknowledged only as much is known as when the servers were
 * last seen.
 */
function differenceText(
  { account, stream, lastSeq }: KnownStream,
  restored: number,
  changes: readonly string[],
): string | undefined {
  const lost =
    restored >= lastSeq
      ? []
      : [
          `up to message ${restored}, and had ${lastSeq} when it was last seen: at least ${lastSeq - restored} messages are lost`,
        ];
  const all = [...lost, ...changes];
  return all.length === 0 ? undefined : `stream ${stream} of account ${account} is back ${all.join('; ')}`;
}

function remarksOf({ remark }: RestoreSource): readonly string[] {
  return remark === undefined ? [] : [remark];
}

/** So many at a time. */
async function eachOf<T>(
  items: readonly T[],
  atATime: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const workers = Array.from({ length: atATime }, async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  });
  await Promise.all(workers);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
