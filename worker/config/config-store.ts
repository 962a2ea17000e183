// The only writer of the configuration: a single Durable Object that stores versions and the audit log, and publishes
// the newest version to KV. edit-rules.ts decides what may be stored. Version 0, the deployed configuration, is not
// stored; each call brings that of the Worker that makes it.

import { DurableObject } from 'cloudflare:workers';
import type { MeridianConfig } from '../../regions/config.ts';
import { type Change, diffConfigs } from '../../regions/edits/diff.ts';
import type { Env } from '../env.ts';
import { type AuditEntry, type AuditEvent, AuditTable } from './audit-table.ts';
import { checkEdit, type Standing, standingOf, type Verdict } from './edit-rules.ts';
import { KvPublisher } from './kv-publisher.ts';
import { ontoDeployed } from './onto-deployed.ts';
import { type StoredVersion, VERSIONS_KEPT, type VersionSummary, VersionTable } from './version-table.ts';

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

interface ConflictOutcome {
  readonly kind: 'conflict';
  readonly current: number;
  /** From the base to the current version; empty if the base is no longer kept. */
  readonly changes: readonly Change[];
  /** The versions after the base, newest first. */
  readonly versions: readonly VersionSummary[];
}

export interface PageRequest {
  /** Only entries with a lower number. */
  readonly before?: number;
  readonly limit: number;
}

export class ConfigStore extends DurableObject<Env> {
  readonly #versions: VersionTable;
  readonly #audit: AuditTable;
  readonly #publisher: KvPublisher;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#versions = new VersionTable(ctx.storage.sql);
    this.#audit = new AuditTable(ctx.storage.sql);
    this.#publisher = new KvPublisher(ctx.storage, () => this.#versions.newest());
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

  async audit(events: readonly AuditEvent[]): Promise<void> {
    for (const event of events) this.#audit.add(event, Date.now());
  }

  async auditLog({ before, limit }: PageRequest): Promise<readonly AuditEntry[]> {
    return this.#audit.page(before ?? Number.MAX_SAFE_INTEGER, limit);
  }

  /** Retries publishing the newest version to KV. */
  override alarm(): Promise<void> {
    return this.#publisher.publish(this.env.CONFIG);
  }

  // There is no await between reading the current version and storing the next one, so no other edit can interleave.
  #edit({ base, config, force, mayLeave = [], deployed, author, message }: PutRequest): EditOutcome {
    const current = standingOf(this.#versions.newest(), deployed);
    const verdict = checkEdit(current, { base, config, force, mayLeave });
    if (verdict.kind === 'conflict') return this.#conflict(current, base);
    if (verdict.kind !== 'ok') return verdict;
    const stored: StoredVersion = {
      version: current.version + 1,
      author,
      time: Date.now(),
      message,
      changes: verdict.changes.length,
      config: verdict.config,
    };
    this.#versions.add(stored);
    this.ctx.waitUntil(this.#publisher.publish(this.env.CONFIG));
    return { kind: 'stored', stored, changes: verdict.changes };
  }

  #conflict({ version, config, deployed }: Standing, base: number): ConflictOutcome {
    const theirs = base === 0 ? deployed : this.#versions.get(base)?.config;
    const changes = theirs === undefined ? [] : diffConfigs(ontoDeployed(theirs, deployed), config);
    const kept = this.#versions.page(Number.MAX_SAFE_INTEGER, VERSIONS_KEPT);
    const versions = kept.filter((each) => each.version > base);
    return { kind: 'conflict', current: version, changes, versions };
  }

  #recorded(action: string, { base, message, author, force, address }: EditRequest, outcome: EditOutcome) {
    // It is asked again once the Keeper has answered.
    if (outcome.kind === 'leaves') return outcome;
    const event: AuditEvent = {
      actor: author,
      action,
      outcome: outcome.kind === 'stored' ? 'ok' : outcome.kind,
      from: base,
      ...(outcome.kind === 'stored' && { to: outcome.stored.version }),
      ...(address !== undefined && { address }),
      detail: force ? `(forced) ${message}` : message,
    };
    this.#audit.add(event, Date.now());
    return outcome;
  }
}
