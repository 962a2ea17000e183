// Carries out admission (admission/admission.ts): looks at the servers, answers those that ask, keeps the record, and
// has streams restored where no server holds them any more.

import { messageOf } from '../message-of.ts';
import {
  afterEnd,
  afterLook,
  askToStart,
  heldOnlyBy,
  isHeld,
  mayBeHeld,
  type StartAnswer,
  whyNotEnd,
  whyNotLeave,
  whyNotLink,
  withoutOrphan,
} from './admission/admission.ts';
import { deletedBetween, whyNotMissing } from './admission/deleted.ts';
import {
  afterRestore,
  afterTry,
  awaitOperator,
  beginAgain,
  giveUpMissing,
  isToAccept,
} from './admission/loss.ts';
import {
  type AdmissionRecord,
  type KnownStream,
  NEW_RECORD,
  type Restored,
  type Sighting,
} from './admission/record.ts';
import { troubleIn } from './admission/trouble.ts';

export interface AdmissionsHost {
  load(): AdmissionRecord | undefined;
  save(record: AdmissionRecord): void;
  /** Ids of the regions that take part in JetStream. */
  regions(): readonly string[];
  /** Looks at a region; rejects if its object does not answer. */
  sight(region: string): Promise<Sighting>;
  /** Ends a server, so that it starts anew with an empty disk. */
  restart(region: string): Promise<void>;
  /** Whether a loss of streams is accepted without asking. */
  acceptsLoss(): boolean;
  /** Those of the streams that no backup has. */
  withoutBackup(streams: readonly KnownStream[]): Promise<readonly KnownStream[]>;
  /**
   * Why streams that only these regions hold would not come back from their backups as they are now; undefined if they
   * would.
   */
  whyNotSaved(streams: readonly KnownStream[], regions: readonly string[]): Promise<string | undefined>;
  /**
   * Restores a stream that no server holds any more, while others go on. Rejects if it is to be tried again.
   *
   * @param mayBeHeld whether a server may have it, that was made anew
   */
  revive(stream: KnownStream, mayBeHeld: boolean): Promise<Pick<Restored, 'streams' | 'problems'>>;
  /** Restores those of the streams that are in the backup and on no server. */
  restoreAll(streams: readonly KnownStream[]): Promise<Restored>;
  /** The servers were looked at. @param deleted streams that were deleted since the look before */
  looked(deleted: readonly KnownStream[], record: AdmissionRecord): void;
  now(): number;
}

/** Time between two looks: while a server joins, and otherwise. */
export const LOOK_SOON_MS = 1_000;
export const LOOK_USUALLY_MS = 10_000;

/** A region's object that takes longer to answer is not waited for. */
const SIGHT_TIMEOUT_MS = 3_000;

/** A look serves all who ask within this time. */
const LOOK_VALID_MS = 300;

/** The same for those who only want to know how things are. */
const NEWS_VALID_MS = 2_000;

/** After a restore that failed in part, it is tried again. */
const RESTORE_AGAIN_MS = 10_000;

/** After a loss that no backup covers, it is looked again whether one does. */
const DECIDE_AGAIN_MS = 30_000;

const NONE_REVIVED: Pick<Restored, 'streams' | 'problems'> = { streams: 0, problems: [] };

export class Admissions {
  readonly #host: AdmissionsHost;
  #record: AdmissionRecord;
  #look: { readonly at: number; readonly answering: Promise<ReadonlySet<string>> } | undefined;
  #isRecovering = false;
  /** What came of the streams that ended with the same servers, as far as they were tried. */
  #revived = NONE_REVIVED;
  #decidedAt = 0;
  #restoredAt = 0;
  /** Of the last look. */
  #sightings: ReadonlyMap<string, Sighting> = new Map();

  constructor(host: AdmissionsHost) {
    this.#host = host;
    this.#record = host.load() ?? NEW_RECORD;
  }

  get record(): AdmissionRecord {
    return this.#record;
  }

  /** What came of the last loss, as far as it was tried. */
  get lastRestore(): Restored | undefined {
    return this.#record.restored;
  }

  async mayStart(region: string): Promise<StartAnswer> {
    await this.look();
    const { record, answer } = askToStart(this.#record, region, this.#host.regions(), this.#host.now());
    this.#keep(record);
    await this.#recover();
    return answer;
  }

  /** Whether a server may take no clients yet. */
  isHeld(region: string): boolean {
    return isHeld(this.#record, region, this.#host.regions());
  }

  /** Why two regions' servers must not be linked now; undefined if they may be. */
  whyNotLink(one: string, other: string): string | undefined {
    return whyNotLink(this.#record, one, other, this.#host.regions());
  }

  /** Why a region's server must not be ended now; undefined if it may be, and from then on counts as ended. */
  async whyNotEnd(region: string): Promise<string | undefined> {
    const answering = await this.look();
    return this.#ended([region], whyNotEnd(this.#record, region, answering));
  }

  /**
   * Why regions must not be taken out of service now; undefined if they may be.
   *
   * @param atOnce whether they stop at once, so that from then on they count as ended
   */
  async whyNotLeave(leaving: readonly string[], atOnce: boolean): Promise<string | undefined> {
    const answering = await this.look();
    const alone = heldOnlyBy(this.#record, leaving);
    const unsaved = alone.length === 0 ? undefined : await this.#host.whyNotSaved(alone, leaving);
    const reason = whyNotLeave(this.#record, leaving, this.#host.regions(), answering, unsaved);
    return atOnce ? this.#ended(leaving, reason) : reason;
  }

  /** Otherwise two could be ended in the same moment, each since the other holds everything. */
  #ended(regions: readonly string[], reason: string | undefined): string | undefined {
    if (reason === undefined) this.#keep(afterEnd(this.#record, regions, this.#host.now()));
    return reason;
  }

  /** The streams that no server holds are given up; those that have a backup are restored all the same. */
  async acceptLoss(): Promise<void> {
    if (!isToAccept(this.#record)) return;
    if (this.#record.loss?.phase === 'waiting') await this.#beginAgain(true);
    else this.#keep(giveUpMissing(this.#record));
  }

  /** Why JetStream, or some of its streams, serve nobody; undefined if all do. */
  async problem(): Promise<string | undefined> {
    await this.look(NEWS_VALID_MS);
    return troubleIn(this.#record, this.#sightings, this.#host.regions());
  }

  /** Looks at all regions, and does what follows. Returns those that answered. */
  look(validMs = LOOK_VALID_MS): Promise<ReadonlySet<string>> {
    const now = this.#host.now();
    if (this.#look === undefined || now - this.#look.at >= validMs) {
      this.#look = { at: now, answering: this.#lookAtAll() };
    }
    return this.#look.answering;
  }

  /** Why a stream can't be taken for gone, by what a majority of all says when it is asked now; undefined if it is. */
  async whyNotGone(stream: Pick<KnownStream, 'account' | 'stream'>): Promise<string | undefined> {
    await this.look(0);
    const [record, sightings] = [this.#record, this.#sightings];
    return whyNotMissing({ record, sightings, regions: this.#host.regions() }, stream);
  }

  /** Called regularly. Returns after how many ms to call it again. */
  async tick(): Promise<number> {
    await this.look();
    await this.#recover();
    await this.#revive();
    const { isFormed, members, loss, orphans = [] } = this.#record;
    const isQuiet =
      isFormed &&
      loss === undefined &&
      orphans.length === 0 &&
      Object.values(members).every(({ state }) => state === 'full');
    return isQuiet ? LOOK_USUALLY_MS : LOOK_SOON_MS;
  }

  /** Those that hold everything first: what they say is what the others must have by the time they are asked. */
  async #lookAtAll(): Promise<ReadonlySet<string>> {
    const startedAt = this.#host.now();
    const isFull = (region: string) => this.#record.members[region]?.state === 'full';
    const regions = this.#host.regions();
    // At the first start nobody is known to hold everything.
    const earlier = this.#record.isFormed ? undefined : new Map(await this.#lookAt(regions));
    const sightings = new Map([
      ...(await this.#lookAt(regions.filter(isFull))),
      ...(await this.#lookAt(regions.filter((region) => !isFull(region)))),
    ]);
    this.#sightings = new Map(sightings);
    for (const region of regions) {
      // It asked to start meanwhile: what was seen of it is of the server before.
      if ((this.#record.members[region]?.since ?? 0) >= startedAt) sightings.delete(region);
    }
    const before = this.#record;
    const after = afterLook(before, sightings, regions, this.#host.now(), earlier);
    this.#keep(after);
    this.#host.looked(deletedBetween(before, after, sightings, regions), after);
    return new Set([...sightings].flatMap(([region, seen]) => (typeof seen === 'object' ? [region] : [])));
  }

  #lookAt(regions: readonly string[]): Promise<readonly (readonly [string, Sighting])[]> {
    return Promise.all(
      regions.map(async (region) => {
        const timeout = new Promise<undefined>((resolve) => setTimeout(resolve, SIGHT_TIMEOUT_MS));
        const sighting = await Promise.race([this.#host.sight(region), timeout]).catch(() => undefined);
        return [region, sighting] as const;
      }),
    );
  }

  /** Decides about a loss, and restores once the servers are up again. */
  async #recover(): Promise<void> {
    if (this.#isRecovering) return;
    const phase = this.#record.loss?.phase;
    const isToRestore =
      phase === 'restoring' ||
      (phase === 'incomplete' && this.#host.now() - this.#restoredAt >= RESTORE_AGAIN_MS);
    const isToDecide =
      phase === 'deciding' || (phase === 'waiting' && this.#host.now() - this.#decidedAt >= DECIDE_AGAIN_MS);
    if (!isToDecide && !isToRestore) return;
    this.#isRecovering = true;
    try {
      if (isToDecide) await this.#decide(this.#record.loss?.streams ?? []);
      else await this.#restore();
    } finally {
      this.#isRecovering = false;
    }
  }

  /** One after the other: they are few. */
  async #revive(): Promise<void> {
    if ((this.#record.orphans ?? []).length === 0) this.#revived = NONE_REVIVED;
    for (const orphan of this.#record.orphans ?? []) {
      if (this.#record.loss !== undefined) return;
      try {
        const { streams, problems } = await this.#host.revive(orphan, this.#mayBeHeld(orphan));
        for (const problem of problems) console.error(`JetStream: ${problem}`);
        const before = this.#revived;
        const restored = {
          ...{ at: this.#host.now(), missing: [], failures: [] },
          ...{ streams: before.streams + streams, problems: [...before.problems, ...problems] },
        };
        this.#revived = restored;
        this.#keep({ ...withoutOrphan(this.#record, orphan), restored });
      } catch (error) {
        console.error(
          `JetStream: ${orphan.stream} of ${orphan.account} is not restored yet: ${messageOf(error)}`,
        );
      }
    }
  }

  #mayBeHeld(orphan: KnownStream): boolean {
    return mayBeHeld(this.#record, orphan, this.#sightings);
  }

  async #decide(streams: readonly KnownStream[]): Promise<void> {
    this.#decidedAt = this.#host.now();
    // The last look may have been at a server that was there still.
    await this.#lookAtAll();
    if (this.#record.loss === undefined) return;
    if (streams.length === 0) return this.#beginAgain(false);
    if (this.#host.acceptsLoss()) return this.#beginAgain(true);
    try {
      const unsaved = await this.#host.withoutBackup(streams);
      const filled = unsaved.filter(({ messages }) => messages > 0);
      if (filled.length === 0) return await this.#beginAgain(true);
      for (const { account, stream, messages } of filled) {
        console.error(`JetStream: stream ${stream} of ${account} (${messages} messages) is lost: no backup`);
      }
      this.#keep(awaitOperator(this.#record, { unsaved }));
    } catch (error) {
      const unreadable = messageOf(error);
      console.error(`JetStream: the backups cannot be read: ${unreadable}`);
      this.#keep(awaitOperator(this.#record, { unreadable }));
    }
  }

  /** A server that had begun to join holds a part, which would be neither what was there nor what is restored. */
  async #beginAgain(restores: boolean): Promise<void> {
    const joining = Object.entries(this.#record.members).filter(([, { state }]) => state === 'joining');
    await Promise.all(joining.map(([region]) => this.#host.restart(region)));
    this.#keep(beginAgain(this.#record, restores));
  }

  async #restore(): Promise<void> {
    const isFirst = this.#record.loss?.phase === 'restoring';
    const now = await this.#host.restoreAll(this.#record.loss?.streams ?? []);
    for (const problem of [...now.problems, ...now.failures]) console.error(`JetStream: ${problem}`);
    const restored = isFirst ? now : afterTry(this.#record.restored, now);
    this.#keep({ ...this.#record, restored });
    this.#restoredAt = this.#host.now();
    // The servers may have been lost again meanwhile, or the loss accepted.
    const phase = this.#record.loss?.phase;
    if (phase !== 'restoring' && phase !== 'incomplete') return;
    this.#keep(this.#host.acceptsLoss() ? giveUpMissing(this.#record) : afterRestore(this.#record, restored));
  }

  #keep(record: AdmissionRecord): void {
    if (record === this.#record) return;
    for (const line of changesIn(this.#record, record)) console.warn(`JetStream: ${line}`);
    this.#record = record;
    this.#host.save(record);
  }
}

/** What an operator would want to find in the log. */
function changesIn(before: AdmissionRecord, after: AdmissionRecord): readonly string[] {
  const members = Object.entries(after.members).flatMap(([region, { state }]) => {
    const was = before.members[region]?.state ?? 'unknown';
    return state === was ? [] : [`${region} was ${was} and is ${state}`];
  });
  const { phase: was = 'none' } = before.loss ?? {};
  const { phase = 'none' } = after.loss ?? {};
  return phase === was ? members : [...members, `loss of all holders: ${was}, now ${phase}`];
}
