// The admin API of the configuration: read, try out, edit, go back, and look at what was done. Whoever calls these
// has authorized the request already; `actor` is who it was.

import * as v from 'valibot';
import type { Audit, DryRun, History, LiveConfig } from '../../api/types.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { diffConfigs } from '../../regions/edits/diff.ts';
import { nextStartNotes } from '../../regions/edits/next-start.ts';
import { validateConfig } from '../../regions/validate.ts';
import { compileRouting } from '../../routing/plan.ts';
import { adoptConfig, deployedConfig } from '../config/active-config.ts';
import type { AuditEvent } from '../config/audit-table.ts';
import type { EditOutcome } from '../config/config-store.ts';
import { changesToDeploy } from '../config/edit-rules.ts';
import { ontoDeployed, takesNewClients } from '../config/onto-deployed.ts';
import { type ConfigStoreStub, configStore } from '../config/store-stub.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { forecast, type Traffic } from '../forecast/forecast.ts';
import { messageOf } from '../message-of.ts';
import { editAnswer, invalidAnswer, LAST_REGION, summaryView } from './edit-answer.ts';
import { type JsonRefusal, readJsonBody } from './json-body.ts';
import { pageQueryOf } from './page-query.ts';
import { type ProblemView, problemView } from './problem-view.ts';

/** Tells the regions' objects of a new version; goes on after the answer. */
export type NotifyRegions = (version: number, config: MeridianConfig) => Promise<unknown>;

const MESSAGE_CHARACTERS = 500;

const VersionNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Message = v.pipe(v.string(), v.maxLength(MESSAGE_CHARACTERS));

const PutBody = v.strictObject({
  base: VersionNumber,
  config: v.unknown(),
  message: Message,
  force: v.optional(v.boolean(), false),
});

const RollbackBody = v.strictObject({
  version: VersionNumber,
  base: VersionNumber,
  message: v.exactOptional(Message),
  force: v.optional(v.boolean(), false),
});

const DryRunBody = v.strictObject({ config: v.unknown() });

/** `GET /api/config`, or an earlier one with `?version=N`: what it would be on what is deployed now. */
export async function currentConfig(request: Request, edge: EdgeContext): Promise<Response> {
  const asked = new URL(request.url).searchParams.get('version');
  const version = asked === null ? undefined : Number(asked);
  if (version !== undefined && !v.is(VersionNumber, version)) return badPage();
  const store = configStore(edge.env);
  if (store === undefined || version === 0) return Response.json(versionZero(edge));
  return fromStore(
    async () => (version === undefined ? store.current() : store.version(version)),
    (stored) => {
      if (stored !== undefined) {
        return Response.json({
          ...summaryView(stored),
          config: ontoDeployed(stored.config, deployedConfig(edge.env)),
        } satisfies LiveConfig);
      }
      if (version === undefined) return Response.json(versionZero(edge));
      return editAnswer({ kind: 'no_such_version' }, { base: version, version });
    },
  );
}

/** `PUT /api/config` */
export function putConfig(
  request: Request,
  edge: EdgeContext,
  actor: string,
  notifyRegions: NotifyRegions,
): Promise<Response> {
  return edit({ request, edge, actor, notifyRegions }, 'put', PutBody, (store, body, author) =>
    store.put({ ...body, ...author }),
  );
}

/** `POST /api/config/rollback` */
export function rollbackConfig(
  request: Request,
  edge: EdgeContext,
  actor: string,
  notifyRegions: NotifyRegions,
): Promise<Response> {
  return edit({ request, edge, actor, notifyRegions }, 'rollback', RollbackBody, (store, body, author) => {
    const { message = `rollback to version ${body.version}` } = body;
    return store.rollback({ ...body, message, ...author });
  });
}

/** `POST /api/config/dry-run`: what an edit would do. Stores nothing, and needs no store. */
export async function dryRunConfig(
  request: Request,
  edge: EdgeContext,
  _actor: string,
  traffic: () => Promise<Traffic>,
): Promise<Response> {
  const read = await readJsonBody(request, DryRunBody);
  if (!read.ok) return read.response;
  const validation = validateConfig(read.body.config);
  if (!validation.ok) return invalidAnswer(validation.problems);
  return fromStore(
    async () => configStore(edge.env)?.current(),
    async (stored) => {
      const deployed = deployedConfig(edge.env);
      const base = stored?.version ?? 0;
      const before = stored === undefined ? deployed : ontoDeployed(stored.config, deployed);
      const after = validation.config;
      const changes = diffConfigs(before, after);
      const problems = [...validation.warnings.map(problemView), ...lastRegionWarning(after)];
      return Response.json({
        base,
        changes,
        needsDeploy: changesToDeploy(deployed, after),
        warnings: [...problems, ...nextStartNotes(changes)],
        forecast: forecast(compileRouting(before, base), compileRouting(after, base + 1), await traffic()),
      } satisfies DryRun);
    },
  );
}

/** `GET /api/config/history?before=N&limit=50`: newest first. Version 0, the deployed one, is not among them. */
export async function configHistory(request: Request, edge: EdgeContext): Promise<Response> {
  const page = pageQueryOf(request);
  if (page === undefined) return badPage();
  const store = configStore(edge.env);
  if (store === undefined) return Response.json({ versions: [], next: null } satisfies History);
  return fromStore(
    async () => store.history({ ...page, limit: page.limit + 1 }),
    (found) => {
      const versions = found.slice(0, page.limit);
      return Response.json({
        versions: versions.map((each) => ({ ...summaryView(each), changes: each.changes })),
        next: found.length > page.limit ? (versions.at(-1)?.version ?? null) : null,
      } satisfies History);
    },
  );
}

/** `GET /api/audit?before=ID&limit=50`: newest first. */
export async function auditLog(request: Request, edge: EdgeContext): Promise<Response> {
  const page = pageQueryOf(request);
  if (page === undefined) return badPage();
  const store = configStore(edge.env);
  if (store === undefined) return Response.json({ entries: [], next: null } satisfies Audit);
  return fromStore(
    async () => store.auditLog({ ...page, limit: page.limit + 1 }),
    (found) => {
      const entries = found.slice(0, page.limit);
      return Response.json({
        entries: entries.map((entry) => ({ ...entry, time: new Date(entry.time).toISOString() })),
        next: found.length > page.limit ? (entries.at(-1)?.id ?? null) : null,
      } satisfies Audit);
    },
  );
}

/** From now on this isolate steers by what was stored; the others hear of it from KV. */
export function takeOver(outcome: EditOutcome, edge: EdgeContext, notifyRegions: NotifyRegions): void {
  if (outcome.kind !== 'stored') return;
  const { version, config } = outcome.stored;
  adoptConfig(edge.env, version, config);
  edge.background('tell the regions of a new version', notifyRegions(version, config));
}

interface EditCall {
  readonly request: Request;
  readonly edge: EdgeContext;
  readonly actor: string;
  readonly notifyRegions: NotifyRegions;
}

/** Reads an edit, has it stored, steers by it at once, and tells its author what became of it. */
async function edit<S extends v.GenericSchema<unknown, { base: number; version?: number }>>(
  { request, edge, actor, notifyRegions }: EditCall,
  action: string,
  schema: S,
  store: (
    store: ConfigStoreStub,
    body: v.InferOutput<S>,
    author: ReturnType<typeof authorOf>,
  ) => Promise<EditOutcome>,
): Promise<Response> {
  const stub = configStore(edge.env);
  if (stub === undefined) return noStore();
  const read = await readJsonBody(request, schema);
  if (!read.ok) return refused(read, { actor, action, outcome: read.code, ...addressOf(request) }, edge);
  return fromStore(
    async () => store(stub, read.body, authorOf(request, edge, actor)),
    (outcome) => {
      takeOver(outcome, edge, notifyRegions);
      return editAnswer(outcome, read.body);
    },
  );
}

/** Nobody knows when it was deployed. */
function versionZero({ env }: EdgeContext): LiveConfig {
  return { version: 0, author: 'deploy', time: null, message: '', config: deployedConfig(env) };
}

function authorOf(request: Request, { env }: EdgeContext, author: string) {
  return { author, deployed: deployedConfig(env), ...addressOf(request) };
}

function addressOf({ headers }: Request): { address?: string } {
  const address = headers.get('cf-connecting-ip');
  return address === null ? {} : { address };
}

function lastRegionWarning(config: MeridianConfig): ProblemView[] {
  return takesNewClients(config) ? [] : [{ path: 'regions', code: 'last_region', message: LAST_REGION }];
}

/** An edit that could not even be read; it is in the audit log all the same. */
function refused({ response }: JsonRefusal, event: AuditEvent, edge: EdgeContext): Response {
  edge.audit(event);
  return response;
}

/** Only a store that fails is 503; what goes wrong with its answer is a bug, and the router's to report. */
async function fromStore<T>(call: () => Promise<T>, answer: (found: T) => Response | Promise<Response>) {
  const found = await call().then(
    (value) => ({ ok: true, value }) as const,
    (error: unknown) => ({ ok: false, error }) as const,
  );
  if (found.ok) return answer(found.value);
  const message = `the ConfigStore does not answer: ${messageOf(found.error)}. Clients are routed all the same; look at GET /api/config before you try again`;
  return errorResponse(503, 'store_unavailable', message);
}

function noStore(): Response {
  return errorResponse(
    503,
    'no_store',
    'this deployment has no ConfigStore, so nothing can be changed live: bind CONFIG_STORE in wrangler.toml',
  );
}

function badPage(): Response {
  return errorResponse(400, 'bad_request', 'before and limit are whole numbers from 1, version one from 0');
}
