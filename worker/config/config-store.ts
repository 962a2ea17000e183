// The only writer of the configuration: a single Durable Object that stores versions and the audit log, publishes the
// newest version to KV, and backs all of them up. edit-rules.ts decides what may be stored. Version 0, the deployed
// configuration, is not stored; each call brings that of the Worker that makes it.

import { DurableObject } from 'cloudflare:workers';
import { diffConfigs } from '../../regions/edits/diff.ts';
import type { Env } from '../env.ts';
import { messageOf } from '../message-of.ts';
import { deployedConfig } from './active-config.ts';
import { AlarmTimes } from './alarm-times.ts';
import { countBreaks } from './audit-breaks.ts';
import { type AuditEntry, type AuditEvent, AuditTable } from './audit-table.ts';
import { type BackedUpHistory, type FoundVersion, findVersion, readHistory } from './backup-reading.ts';
import { ConfigBackup } from './config-backup.ts';
import { checkEdit, type Standing, standingOf } from './edit-rules.ts';
import { KvPublisher } from './kv-publisher.ts';
import { ontoDeployed } from './onto-deployed.ts';
import { restorable } from './restorable.ts';
import { type KnownSecret, SecretTable, type TokenUse } from './secret-table.ts';
import type {
  ConfigBackupState,
  ConflictOutcome,
  EditOutcome,
  EditRequest,
  PutRequest,
  RestoreOutcome,
  RestorePlan,
  RestoreRequest,
  RollbackRequest,
} from './store-calls.ts';
import { type StoredVersion, VERSIONS_KEPT, type VersionSummary, VersionTable } from './version-table.ts';

export interface PageRequest {
  /** Only entries with a lower number. */
  readonly before?: number;
  readonly limit: number;
}

export interface AuditPageRequest extends PageRequest {
  /** Only entries of this kind. */
  readonly kind?: AuditEntry['kind'];
}

export class ConfigStore extends DurableObject<Env> {
  readonly #versions: VersionTable;
  readonly #audit: AuditTable;
  readonly #alarms: AlarmTimes;
  readonly #publisher: KvPublisher;
  readonly #backup: ConfigBackup;
  readonly #secrets: SecretTable;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#versions = new VersionTable(ctx.storage.sql);
    this.#audit = new AuditTable(ctx.storage.sql);
    this.#secrets = new SecretTable(ctx.storage);
    this.#alarms = new AlarmTimes(ctx.storage);
    this.#publisher = new KvPublisher(ctx.storage, this.#alarms, () => this.#versions.newest());
    this.#backup = new ConfigBackup({
      storage: ctx.storage,
      alarms: this.#alarms,
      versions: this.#versions,
      audit: this.#audit,
      bucket: () => this.env.BACKUPS,
      cluster: () => deployedConfig(this.env).cluster,
      keepDays: () => deployedConfig(this.env).jetstream.backup.keepDays,
    });
    ctx.waitUntil(this.#backup.resume(Date.now()));
  }

  /** The newest version as it was stored; undefined if there is only the deployed one. */
  async current(): Promise<StoredVersion | undefined> {
    return this.#versions.newest();
  }

  /** A version as it was stored; undefined if it does not exist or is no longer kept. */
  async version(version: number): Promise<StoredVersion | undefined> {
    return this.#versions.get(version);
  }

  async history({ before, limit }: PageRequest): Promise<readonly VersionSummary[]> {
    return this.#versions.page(before ?? Number.MAX_SAFE_INTEGER, limit);
  }

  async put(request: PutRequest): Promise<EditOutcome> {
    return this.#recorded('put', request, this.#edit(request));
  }

  /** Stores the content of an earlier version as a new one. */
  async rollback(request: RollbackRequest): Promise<EditOutcome> {
    const { version, deployed } = request;
    const config = version === 0 ? deployed : this.#versions.get(version)?.config;
    const outcome: EditOutcome =
      config === undefined ? { kind: 'no_such_version' } : this.#edit({ ...request, config });
    return this.#recorded('rollback', request, outcome);
  }

  /**
   * Stores a version of the backup as a new one. An empty store gets the history and the audit log of the backup too,
   * and its numbers go on after those of the backup.
   */
  async restore(request: RestoreRequest): Promise<RestoreOutcome> {
    const outcome = await this.#restore(request);
    // What leaves is asked again once the Keeper has answered.
    if (request.dryRun || outcome.kind === 'leaves') return outcome;
    if (outcome.kind !== 'restored') this.#record('restore-config', request, outcome.kind);
    else this.#record('restore-config', { ...request, ...outcome.stored }, 'ok', outcome.stored);
    return outcome;
  }

  /** How the backup stands. Looks into the bucket only while this store is empty. */
  async backupStatus(): Promise<ConfigBackupState | undefined> {
    const { BACKUPS } = this.env;
    if (BACKUPS === undefined) return undefined;
    const newest = this.#versions.newest();
    const state = { ...this.#backup.progress(), version: newest?.version ?? 0 };
    if (newest !== undefined) return state;
    try {
      const found = await findVersion(BACKUPS, deployedConfig(this.env).cluster, this.#others({}));
      return found === undefined
        ? state
        : { ...state, earlier: { store: found.store, version: summaryOf(found) } };
    } catch (error) {
      return { ...state, earlierProblem: messageOf(error) };
    }
  }

  async audit(events: readonly AuditEvent[]): Promise<void> {
    for (const event of events) this.#audit.add(event, Date.now());
    await this.#backup.entryStored(Date.now());
  }

  async auditLog({ before, limit, kind }: AuditPageRequest): Promise<readonly AuditEntry[]> {
    return this.#audit.page(before ?? Number.MAX_SAFE_INTEGER, limit, kind);
  }

  /** Entries with higher ids, oldest first. */
  async auditAfter(after: number, limit: number): Promise<readonly AuditEntry[]> {
    return this.#audit.after(after, Number.MAX_SAFE_INTEGER, limit);
  }

  /** Since when the deployment has its secrets, as far as is known, and who used its tokens when. */
  async secrets(): Promise<readonly KnownSecret[]> {
    return this.#secrets.look(this.env, Date.now());
  }

  async tokenUsed(use: TokenUse): Promise<void> {
    this.#secrets.look(this.env, Date.now());
    this.#secrets.used(use, Date.now());
  }

  /** Writes to KV and to the bucket what is not there yet. */
  override async alarm(): Promise<void> {
    const due = this.#alarms.ring(Date.now());
    await Promise.all([
      due.has('publish') && this.#publisher.publish(this.env.CONFIG),
      due.has('backup') && this.#backup.run(),
    ]);
  }

  // There is no await between reading the current version and storing the next one, so no other edit can interleave.
  #edit(
    { base, config, force, mayLeave = [], deployed, author, message }: PutRequest,
    as?: number,
  ): EditOutcome {
    const current = standingOf(this.#versions.newest(), deployed);
    const verdict = checkEdit(current, { base, config, force, mayLeave });
    if (verdict.kind === 'conflict') return this.#conflict(current, base);
    if (verdict.kind !== 'ok') return verdict;
    const stored: StoredVersion = {
      version: as ?? current.version + 1,
      author,
      time: Date.now(),
      message,
      changes: verdict.changes.length,
      config: verdict.config,
    };
    this.#versions.add(stored);
    this.ctx.waitUntil(this.#publisher.publish(this.env.CONFIG));
    this.ctx.waitUntil(this.#backup.versionStored(stored.time));
    return { kind: 'stored', stored, changes: verdict.changes };
  }

  async #restore(request: RestoreRequest): Promise<RestoreOutcome> {
    const { BACKUPS } = this.env;
    if (BACKUPS === undefined) return { kind: 'no_bucket' };
    const notEmpty = this.#notEmpty(request);
    if (notEmpty !== undefined) return notEmpty;
    let found: FoundVersion | undefined;
    let history: BackedUpHistory = { versions: [], entries: [] };
    try {
      const { cluster } = deployedConfig(this.env);
      found = await findVersion(BACKUPS, cluster, this.#others(request));
      if (found !== undefined && this.#versions.newest() === undefined)
        history = await readHistory(BACKUPS, cluster, found.store, VERSIONS_KEPT);
    } catch (error) {
      return { kind: 'bucket_unavailable', problem: messageOf(error) };
    }
    if (found === undefined) return { kind: 'no_such_backup' };
    return this.#notEmpty(request) ?? this.#restoreFound(request, found, history);
  }

  // As in #edit, there is no await in here.
  #restoreFound(
    request: RestoreRequest,
    found: FoundVersion,
    { versions, entries }: BackedUpHistory,
  ): RestoreOutcome {
    const { base, deployed, force, mayLeave = [], dryRun } = request;
    const read = restorable(found.version.config, deployed);
    if (read.kind === 'invalid') return read;
    const newest = this.#versions.newest();
    const current = standingOf(newest, deployed);
    const verdict = checkEdit(current, { base, config: read.config, force, mayLeave });
    if (verdict.kind === 'conflict') return this.#conflict(current, base);
    if (verdict.kind !== 'ok') return verdict;
    const { config, changes } = verdict;
    const isEmpty = newest === undefined;
    const as = isEmpty ? found.newest + 1 : current.version + 1;
    const plan: RestorePlan = {
      store: found.store,
      version: summaryOf(found),
      as,
      config,
      changes,
      notTaken: read.notTaken,
      history: isEmpty
        ? { versions: versions.length, entries: entries.length, breaks: countBreaks(entries) }
        : { versions: 0, entries: 0, breaks: 0 },
    };
    if (dryRun) return { kind: 'restored', plan };
    const { message = `version ${plan.version.version} of the backup of ${found.store}` } = request;
    if (isEmpty) {
      // Their configurations are validated by those who use them, as those of an older Meridian are.
      for (const version of versions) this.#versions.add(version as StoredVersion);
      this.#audit.prepend(entries);
      this.#backup.startAnew(found.store, Date.now());
    }
    const last = this.#versions.newest()?.version ?? 0;
    // It was checked against what is in force now; what was imported is not.
    const outcome = this.#edit({ ...request, message, base: last, config, force: true }, as);
    if (outcome.kind !== 'stored') throw new Error(`what was checked is refused: ${outcome.kind}`);
    return { kind: 'restored', stored: outcome.stored, plan };
  }

  #notEmpty({ force }: RestoreRequest): RestoreOutcome | undefined {
    const newest = this.#versions.newest();
    return newest === undefined || force ? undefined : { kind: 'not_empty', current: newest.version };
  }

  #others({ store, version }: { readonly store?: string; readonly version?: number }) {
    return { store, version, except: this.#backup.progress().store };
  }

  #conflict({ version, config, deployed }: Standing, base: number): ConflictOutcome {
    const theirs = base === 0 ? deployed : this.#versions.get(base)?.config;
    const changes = theirs === undefined ? [] : diffConfigs(ontoDeployed(theirs, deployed), config);
    const kept = this.#versions.page(Number.MAX_SAFE_INTEGER, VERSIONS_KEPT);
    const versions = kept.filter((each) => each.version > base);
    return { kind: 'conflict', current: version, changes, versions };
  }

  #recorded(action: string, request: EditRequest, outcome: EditOutcome): EditOutcome {
    // It is asked again once the Keeper has answered.
    if (outcome.kind === 'leaves') return outcome;
    if (outcome.kind === 'stored') this.#record(action, request, 'ok', outcome.stored);
    else this.#record(action, request, outcome.kind);
    return outcome;
  }

  #record(
    action: string,
    {
      base,
      message = '',
      author,
      force,
      address,
    }: Omit<EditRequest, 'message' | 'deployed'> & { readonly message?: string },
    outcome: string,
    stored?: StoredVersion,
  ): void {
    const event: AuditEvent = {
      actor: author,
      action,
      outcome,
      from: base,
      ...(stored !== undefined && { to: stored.version }),
      ...(address !== undefined && { address }),
      detail: force ? `(forced) ${message}` : message,
    };
    this.#audit.add(event, Date.now());
    this.ctx.waitUntil(this.#backup.entryStored(Date.now()));
  }
}

/** A version of a backup without its configuration. */
function summaryOf({ version: { config: _config, ...summary } }: FoundVersion): VersionSummary {
  return summary;
}
