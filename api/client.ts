// The HTTP API of an edge, local or deployed, as a typed client. It runs wherever there is fetch, not only in Node.

import type { About } from './about.ts';
import { allBackups } from './all-backups.ts';
import { ApiError, NoAnswerError } from './api-error.ts';
import { ARCHIVE_TYPE } from './archive.ts';
import { AUDIT_LINES_TYPE, type Audit, type AuditEntry } from './audit.ts';
import type {
  BackupDetail,
  Backups,
  Imported,
  Job,
  Jobs,
  RemovalPlan,
  Removed,
  RestoreBody,
  RestorePlan,
} from './backups.ts';
import type { DryRun, History, LiveConfig, Published, RestoredConfig } from './config.ts';
import type { ConfigBackup } from './config-backup.ts';
import type { DryRunBody, PutBody, RestoreConfigBody, RollbackBody } from './edits.ts';
import type { FlagsAnswer } from './flags.ts';
import type { ForecastFacts } from './forecast-facts.ts';
import type { Health } from './health.ts';
import type { Inspection } from './inspection.ts';
import type { JetStream } from './jetstream.ts';
import type { Mesh } from './mesh.ts';
import type { MetricsHistory, Traffic, TrafficKey } from './metrics.ts';
import {
  type BackupPart,
  backupPath,
  jobPath,
  PATHS,
  type RegionOperation,
  type RolloutOperation,
  regionOperationPath,
  rolloutPath,
  type SessionPart,
  scalingPath,
  sessionPath,
  sessionServerPath,
} from './paths.ts';
import type { OperationResult, RegionViews } from './regions.ts';
import type { Rollout, RolloutOperationBody, Rollouts, StartRolloutBody } from './rollouts.ts';
import type { Route } from './route.ts';
import type { Scaling } from './scaling.ts';
import type { Secrets } from './secrets.ts';
import type {
  SessionAnswer,
  SessionBody,
  SessionDetail,
  SessionInfo,
  SessionList,
  SessionStats,
} from './sessions.ts';
import type { Whoami } from './whoami.ts';

/** Longer than an edge takes to replay its traffic for a forecast; shorter than people are willing to wait. */
export const REQUEST_TIMEOUT_MS = 20_000;

export interface ApiClientOptions {
  readonly url: string | URL;
  /** Without a token, only the public endpoints work. */
  readonly token?: string | undefined;
  /** What a failed call is rejected with; the error itself by default. */
  readonly failWith?: (error: ApiError | NoAnswerError) => Error;
}

/** The part of a list, newest first, to return. */
export interface Page {
  readonly before?: number;
  readonly limit?: number;
}

export interface AuditPage extends Page {
  readonly kind?: AuditEntry['kind'] | undefined;
}

/** The place to decide for, instead of that of the request itself. */
export type RouteQuery = {
  readonly [name in 'colo' | 'lat' | 'lon' | 'country' | 'continent' | 'client' | 'region']?:
    | string
    | number
    | undefined;
};

/** One flag of them all, and for whom, instead of for the request itself. */
export type FlagsQuery = {
  readonly [name in 'flag' | 'colo' | 'country' | 'client']?: string | undefined;
};

export interface OperateOptions {
  /** The version that a drain or undrain is based on; the edge refuses if there is a newer one. */
  readonly base?: number;
  readonly force?: true | undefined;
}

/** A stream's backup. */
export interface BackupName {
  readonly account: string;
  readonly stream: string;
}

/** Up to where a stream is exported: a time, in ms since the epoch, or a sequence. */
export type ExportPoint = Pick<RestoreBody, 'at' | 'seq'>;

type Query = Readonly<Record<string, string | number | true | undefined>>;

/** A body that is sent as it comes, without a time limit. */
type Upload = RequestInit & { readonly duplex?: 'half' };

interface Call {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether it changes something. */
  readonly isChange?: boolean;
  /** A status that is not an error here, besides those of success. */
  readonly alsoStatus?: number;
}

/** If a call fails, its method rejects with an ApiError or a NoAnswerError, or with what `failWith` makes of it. */
export class ApiClient {
  readonly #url: URL;
  readonly #token: string | undefined;
  readonly #failWith: (error: ApiError | NoAnswerError) => Error;

  constructor({ url, token, failWith = (error) => error }: ApiClientOptions) {
    this.#url = new URL(url);
    this.#token = token;
    this.#failWith = failWith;
  }

  health(): Promise<Health> {
    return this.#call({ method: 'GET', path: PATHS.health, alsoStatus: 503 });
  }

  regions(): Promise<RegionViews> {
    return this.#call({ method: 'GET', path: PATHS.regions });
  }

  mesh(): Promise<Mesh> {
    return this.#call({ method: 'GET', path: PATHS.mesh });
  }

  /** @param headers those of the client to decide for */
  route(query: RouteQuery = {}, headers: Readonly<Record<string, string>> = {}): Promise<Route> {
    return this.#call({ method: 'GET', path: PATHS.route, query, headers });
  }

  /** @param headers those of the client to evaluate for */
  flags(query: FlagsQuery = {}, headers: Readonly<Record<string, string>> = {}): Promise<FlagsAnswer> {
    return this.#call({ method: 'GET', path: PATHS.flags, query, headers });
  }

  whoami(): Promise<Whoami> {
    return this.#call({ method: 'GET', path: PATHS.whoami });
  }

  about(): Promise<About> {
    return this.#call({ method: 'GET', path: PATHS.about });
  }

  config(): Promise<LiveConfig> {
    return this.#call({ method: 'GET', path: PATHS.config });
  }

  /** An earlier version; undefined if the edge shows only the current one. */
  async configOf(version: number): Promise<LiveConfig | undefined> {
    const found = await this.#call<LiveConfig>({ method: 'GET', path: PATHS.config, query: { version } });
    return found.version === version ? found : undefined;
  }

  put(edit: PutBody): Promise<Published> {
    return this.#call({ method: 'PUT', path: PATHS.config, body: edit, isChange: true });
  }

  dryRun(config: DryRunBody['config']): Promise<DryRun> {
    return this.#call({ method: 'POST', path: PATHS.dryRun, body: { config } });
  }

  rollback(rollback: RollbackBody): Promise<Published> {
    return this.#call({ method: 'POST', path: PATHS.rollback, body: rollback, isChange: true });
  }

  configBackup(): Promise<ConfigBackup> {
    return this.#call({ method: 'GET', path: PATHS.configBackup });
  }

  /** From the backup of an earlier deployment. */
  restoreConfig(body: RestoreConfigBody): Promise<RestoredConfig> {
    const isChange = body.dryRun !== true;
    return this.#call({ method: 'POST', path: PATHS.restoreConfig, body, isChange });
  }

  history({ before, limit }: Page = {}): Promise<History> {
    return this.#call({ method: 'GET', path: PATHS.history, query: { before, limit } });
  }

  audit({ before, limit, kind }: AuditPage = {}): Promise<Audit> {
    return this.#call({ method: 'GET', path: PATHS.audit, query: { before, limit, kind } });
  }

  /** The whole audit log as JSON lines, oldest first, as it comes. It rejects while it is read if the answer breaks off. */
  async exportAudit(): Promise<ReadableStream<Uint8Array>> {
    const response = await this.#fetch({ method: 'GET', path: PATHS.auditExport }, { signal: null });
    const isLog = response.headers.get('content-type') === AUDIT_LINES_TYPE;
    if (response.ok && isLog && response.body !== null) return response.body;
    throw this.#failWith(new ApiError(response.status, parseJson(await response.text())));
  }

  operate(
    id: string,
    operation: RegionOperation,
    { base, force }: OperateOptions = {},
  ): Promise<OperationResult> {
    const path = regionOperationPath(encodeURIComponent(id), operation);
    return this.#call({ method: 'POST', path, query: { base, force }, isChange: true });
  }

  scaling(id: string): Promise<Scaling> {
    return this.#call({ method: 'GET', path: scalingPath(encodeURIComponent(id)) });
  }

  jetstream(): Promise<JetStream> {
    return this.#call({ method: 'GET', path: PATHS.jetstream });
  }

  acceptLoss(): Promise<JetStream> {
    return this.#call({ method: 'POST', path: PATHS.acceptLoss, isChange: true });
  }

  /** All of them, in as many calls as it takes. */
  backups(): Promise<Backups> {
    return allBackups((after) => this.#call({ method: 'GET', path: PATHS.backups, query: { after } }));
  }

  backup(name: BackupName): Promise<BackupDetail> {
    return this.#call({ method: 'GET', path: pathOf(name) });
  }

  /** What `removeBackup` would do. */
  planRemoval(name: BackupName): Promise<RemovalPlan> {
    return this.#call({ method: 'POST', path: pathOf(name, 'delete/dry-run') });
  }

  removeBackup(name: BackupName): Promise<Removed> {
    return this.#call({ method: 'DELETE', path: pathOf(name), isChange: true });
  }

  planRestore(name: BackupName, body: RestoreBody): Promise<RestorePlan> {
    return this.#call({ method: 'POST', path: pathOf(name, 'restore/dry-run'), body });
  }

  restore(name: BackupName, body: RestoreBody): Promise<Job> {
    return this.#call({ method: 'POST', path: pathOf(name, 'restore'), body, isChange: true });
  }

  verify(name: BackupName): Promise<Job> {
    return this.#call({ method: 'POST', path: pathOf(name, 'verify'), isChange: true });
  }

  jobs(): Promise<Jobs> {
    return this.#call({ method: 'GET', path: PATHS.jobs });
  }

  job(id: string): Promise<Job> {
    return this.#call({ method: 'GET', path: jobPath(encodeURIComponent(id)) });
  }

  /** @param minutes how far back, up to a day */
  metricsHistory(minutes?: number): Promise<MetricsHistory> {
    return this.#call({ method: 'GET', path: PATHS.metricsHistory, query: { minutes } });
  }

  traffic(by?: readonly TrafficKey[]): Promise<Traffic> {
    return this.#call({ method: 'GET', path: PATHS.traffic, query: { by: by?.join() } });
  }

  forecasts(): Promise<ForecastFacts> {
    return this.#call({ method: 'GET', path: PATHS.forecasts });
  }

  inspection(): Promise<Inspection> {
    return this.#call({ method: 'GET', path: PATHS.inspection });
  }

  /** Which secrets there are, and who still uses which. */
  secrets(): Promise<Secrets> {
    return this.#call({ method: 'GET', path: PATHS.secrets });
  }

  /** The archive, as it comes: it may be larger than memory. It rejects while it is read if the connection ends early. */
  async exportArchive(name: BackupName, point: ExportPoint = {}): Promise<ReadableStream<Uint8Array>> {
    const call: Call = { method: 'GET', path: pathOf(name, 'archive'), query: { ...point } };
    const response = await this.#fetch(call, { signal: null });
    const isArchive = response.headers.get('content-type') === ARCHIVE_TYPE;
    if (response.ok && isArchive && response.body !== null) return response.body;
    throw this.#failWith(new ApiError(response.status, parseJson(await response.text())));
  }

  /** However long it takes. */
  async importArchive(name: BackupName, archive: ReadableStream<Uint8Array>): Promise<Imported> {
    const call: Call = {
      method: 'PUT',
      path: pathOf(name, 'archive'),
      headers: { 'content-type': ARCHIVE_TYPE },
      isChange: true,
    };
    return this.#call(call, { body: archive, duplex: 'half', signal: null });
  }

  rollouts(): Promise<Rollouts> {
    return this.#call({ method: 'GET', path: PATHS.rollouts });
  }

  rollout(id: number): Promise<Rollout> {
    return this.#call({ method: 'GET', path: rolloutPath(String(id)) });
  }

  startRollout(body: StartRolloutBody): Promise<Rollout> {
    return this.#call({ method: 'POST', path: PATHS.rollouts, body, isChange: true });
  }

  /** What each step would do. */
  planRollout(body: StartRolloutBody): Promise<Rollout> {
    return this.#call({ method: 'POST', path: PATHS.planRollout, body });
  }

  operateRollout(id: number, operation: RolloutOperation, body: RolloutOperationBody = {}): Promise<Rollout> {
    const path = rolloutPath(String(id), operation);
    return this.#call({ method: 'POST', path, body, isChange: true });
  }

  sessions({ before, limit }: Page = {}): Promise<SessionList> {
    return this.#call({ method: 'GET', path: PATHS.sessions, query: { before, limit } });
  }

  /** Makes it or finds it. It serves, unless its state is `starting`. @param region preferred */
  async createSession(body: SessionBody, region?: string): Promise<SessionDetail> {
    const call: Call = { method: 'POST', path: PATHS.sessions, query: { region }, body, isChange: true };
    return (await this.#call<SessionAnswer>(call)).container;
  }

  /** @param id or its name, among those of the caller */
  async session(id: string): Promise<SessionDetail> {
    const path = sessionPath(encodeURIComponent(id));
    return (await this.#call<SessionAnswer>({ method: 'GET', path })).container;
  }

  /** Begins to end it. */
  async endSession(id: string): Promise<SessionDetail> {
    const path = sessionPath(encodeURIComponent(id));
    return (await this.#call<SessionAnswer>({ method: 'DELETE', path, isChange: true })).container;
  }

  sessionInfo(id: string): Promise<SessionInfo> {
    return this.#atServer(id, 'info');
  }

  sessionStats(id: string): Promise<SessionStats> {
    return this.#atServer(id, 'stats');
  }

  #atServer<T>(id: string, part: SessionPart): Promise<T> {
    return this.#call({ method: 'GET', path: sessionServerPath(encodeURIComponent(id), part) });
  }

  async #call<T>(call: Call, init: Upload = {}): Promise<T> {
    const response = await this.#fetch(call, init);
    const text = await this.#answered(call, response.text());
    const body = parseJson(text);
    const error = new ApiError(response.status, body);
    const isAnswer = response.ok || (response.status === call.alsoStatus && error.code === undefined);
    if (isAnswer && body !== undefined) return body as T;
    throw this.#failWith(error);
  }

  #fetch(call: Call, init: Upload = {}): Promise<Response> {
    const url = new URL(call.path, this.#url);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return this.#answered(call, fetch(url, { ...this.#requestOf(call), ...init }));
  }

  async #answered<T>({ method, path, isChange = false }: Call, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (cause) {
      throw this.#failWith(new NoAnswerError(`${method} ${this.#url.origin}${path}`, isChange, cause));
    }
  }

  #requestOf({ method, body, headers = {} }: Call): RequestInit {
    return {
      method,
      headers: {
        ...headers,
        ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      // A redirect means that Cloudflare Access requires a login, which a program cannot do.
      redirect: 'manual',
    };
  }
}

function pathOf({ account, stream }: BackupName, part?: BackupPart): string {
  return backupPath(encodeURIComponent(account), encodeURIComponent(stream), part);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // A proxy's page, or not an edge at all: the ApiError says so.
  }
}
