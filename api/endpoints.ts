// Every endpoint as data: what the OpenAPI document, the tables of docs/http-api.md and the tests are made from.
// The Worker does not import this; a test holds its route table against it.

import type * as v from 'valibot';
import { AuditSchema } from './audit.ts';
import { DryRunSchema, HistorySchema, LiveConfigSchema, PublishedSchema } from './config.ts';
import { DryRunBodySchema, PutBodySchema, RollbackBodySchema } from './edits.ts';
import type { ErrorCode } from './errors.ts';
import { HealthSchema } from './health.ts';
import { MeshSchema } from './mesh.ts';
import { PATHS, REGION_OPERATIONS, type RegionOperation, regionOperationPath } from './paths.ts';
import { OperationResultSchema, RegionViewsSchema } from './regions.ts';
import { RouteSchema } from './route.ts';

/** `reader`: the read token will do. `admin`: the admin token or a sign-in with Cloudflare Access. */
export type CallerKind = 'anyone' | 'reader' | 'admin';

export interface QueryParameter {
  readonly name: string;
  readonly type: 'string' | 'number' | 'integer' | 'boolean';
  readonly what: string;
}

/** What an endpoint answers when it has done what it is for. */
export type EndpointAnswer =
  | { readonly kind: 'json'; readonly schema: v.GenericSchema; readonly statuses: readonly number[] }
  | { readonly kind: 'document' }
  | { readonly kind: 'upgrade' };

export interface Endpoint {
  /** Unique; the client and generated ones name their methods like this. */
  readonly id: string;
  readonly method: 'GET' | 'PUT' | 'POST';
  /** With placeholders as OpenAPI writes them. */
  readonly path: string;
  readonly caller: CallerKind;
  readonly summary: string;
  readonly query: readonly QueryParameter[];
  readonly body?: v.GenericSchema;
  readonly answer: EndpointAnswer;
  /** Besides those of every endpoint for `reader` and `admin`. */
  readonly errors: readonly ErrorCode[];
}

/** What the admin endpoints answer to those who may not call them. */
export const ADMIN_ERRORS: readonly ErrorCode[] = [
  'admin_off',
  'rate_limited',
  'token_in_url',
  'unauthorized',
];
export const CHANGE_ERRORS: readonly ErrorCode[] = [...ADMIN_ERRORS, 'read_only', 'cross_site'];

const EDIT_ERRORS: readonly ErrorCode[] = [
  'bad_json',
  'bad_request',
  'too_large',
  'invalid',
  'conflict',
  'needs_deploy',
  'last_region',
  'no_store',
  'store_unavailable',
];

const CONNECT_ERRORS: readonly ErrorCode[] = [
  'upgrade_required',
  'residency',
  'forced_region_unavailable',
  'no_region',
];

const PREFERRED: QueryParameter = {
  name: 'region',
  type: 'string',
  what: 'regions that are preferred, best first, with commas between',
};

const PLACE: readonly QueryParameter[] = [
  { name: 'colo', type: 'string', what: 'a data center, such as SYD' },
  { name: 'lat', type: 'number', what: 'degrees north' },
  { name: 'lon', type: 'number', what: 'degrees east' },
  { name: 'country', type: 'string', what: 'ISO 3166 alpha-2, such as AU' },
  { name: 'continent', type: 'string', what: 'such as OC' },
  { name: 'client', type: 'string', what: 'stands in for the address by which shares are drawn' },
];

const PAGE: readonly QueryParameter[] = [
  { name: 'before', type: 'integer', what: 'only what is older than this number' },
  { name: 'limit', type: 'integer', what: 'how many at most: 50, or up to 200' },
];

const BASE: QueryParameter = {
  name: 'base',
  type: 'integer',
  what: 'refused where this is no longer the current version',
};

const FORCE: QueryParameter = { name: 'force', type: 'boolean', what: 'takes the last region too' };

const OPERATION_SUMMARIES: Readonly<Record<RegionOperation, string>> = {
  drain: 'takes a region out of service: no new clients, then those who are there move',
  undrain: 'puts a drained region back into service',
  wake: 'starts a region that sleeps',
  stop: "ends a region's server now, with whoever is connected",
};

const OPERATION_QUERY: Readonly<Record<RegionOperation, readonly QueryParameter[]>> = {
  drain: [BASE, FORCE],
  undrain: [BASE],
  wake: [],
  stop: [],
};

const OPERATION_ERRORS: Readonly<Record<RegionOperation, readonly ErrorCode[]>> = {
  drain: ['bad_request', 'conflict', 'last_region', 'needs_deploy', 'invalid', 'store_unavailable'],
  undrain: ['bad_request', 'conflict', 'last_region', 'needs_deploy', 'invalid', 'store_unavailable'],
  wake: [],
  stop: [],
};

const json = (schema: v.GenericSchema, ...statuses: readonly number[]): EndpointAnswer => ({
  kind: 'json',
  schema,
  statuses: statuses.length === 0 ? [200] : statuses,
});

const open = (id: string, path: string, summary: string, answer: EndpointAnswer): Endpoint => ({
  id,
  method: 'GET',
  path,
  caller: 'anyone',
  summary,
  query: [],
  answer,
  errors: [],
});

const connect = (id: string, path: string): Endpoint => ({
  ...open(id, path, 'a NATS connection over WebSocket', { kind: 'upgrade' }),
  query: [PREFERRED],
  errors: CONNECT_ERRORS,
});

export const ENDPOINTS: readonly Endpoint[] = [
  connect('connect', PATHS.root),
  connect('connectToNats', PATHS.nats),
  open('health', PATHS.health, 'whether a region can serve, and which', json(HealthSchema, 200, 503)),
  open('regions', PATHS.regions, 'every region with its state', json(RegionViewsSchema)),
  open('mesh', PATHS.mesh, 'the links between the regions', json(MeshSchema)),
  {
    ...open(
      'route',
      PATHS.route,
      'the decision for this request, or for the place in the query',
      json(RouteSchema),
    ),
    query: [...PLACE, PREFERRED, { name: 'format', type: 'string', what: '`text` gives a table for people' }],
  },
  open('openapi', PATHS.openapi, 'this API as an OpenAPI 3.1 document', { kind: 'document' }),
  {
    ...open('config', PATHS.config, 'the configuration in force, or an earlier one', json(LiveConfigSchema)),
    caller: 'reader',
    query: [{ name: 'version', type: 'integer', what: 'the number of an earlier version' }],
    errors: ['bad_request', 'no_such_version', 'store_unavailable'],
  },
  {
    id: 'put',
    method: 'PUT',
    path: PATHS.config,
    caller: 'admin',
    summary: 'edits the configuration',
    query: [],
    body: PutBodySchema,
    answer: json(PublishedSchema),
    errors: EDIT_ERRORS,
  },
  {
    id: 'dryRun',
    method: 'POST',
    path: PATHS.dryRun,
    caller: 'reader',
    summary: 'what an edit would do: changes, warnings and who would move',
    query: [],
    body: DryRunBodySchema,
    answer: json(DryRunSchema),
    errors: ['bad_json', 'bad_request', 'too_large', 'invalid', 'store_unavailable'],
  },
  {
    id: 'rollback',
    method: 'POST',
    path: PATHS.rollback,
    caller: 'admin',
    summary: 'an earlier version as a new one',
    query: [],
    body: RollbackBodySchema,
    answer: json(PublishedSchema),
    errors: [...EDIT_ERRORS, 'no_such_version'],
  },
  {
    ...open('history', PATHS.history, 'the versions of the configuration, newest first', json(HistorySchema)),
    caller: 'reader',
    query: PAGE,
    errors: ['bad_request', 'store_unavailable'],
  },
  {
    ...open('audit', PATHS.audit, 'every change and every refused attempt, newest first', json(AuditSchema)),
    caller: 'reader',
    query: PAGE,
    errors: ['bad_request', 'store_unavailable'],
  },
  ...REGION_OPERATIONS.map(
    (operation): Endpoint => ({
      id: operation,
      method: 'POST',
      path: regionOperationPath('{id}', operation),
      caller: 'admin',
      summary: OPERATION_SUMMARIES[operation],
      query: OPERATION_QUERY[operation],
      answer: json(OperationResultSchema),
      errors: ['no_such_region', ...OPERATION_ERRORS[operation]],
    }),
  ),
];

/** All errors of an endpoint, those of who may call it included. */
export function errorsOf({ caller, errors }: Endpoint): readonly ErrorCode[] {
  const ofCaller = { anyone: [], reader: ADMIN_ERRORS, admin: CHANGE_ERRORS }[caller];
  return [...ofCaller, ...errors, 'internal'];
}
