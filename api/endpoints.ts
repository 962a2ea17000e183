// Every endpoint as data, from which the OpenAPI document, the tables of docs/http-api.md and tests are generated.
// The Worker does not import this; a test checks its route table against it.

import { BODY_ERRORS, type Endpoint, json, open, PAGE, PREFERRED, type QueryParameter } from './endpoint.ts';
import type { ErrorCode } from './errors.ts';
import {
  backupPath,
  jobPath,
  PATHS,
  REGION_OPERATIONS,
  type RegionOperation,
  regionOperationPath,
  scalingPath,
} from './paths.ts';
import { ROLLOUT_ENDPOINTS } from './rollout-endpoints.ts';
import { SESSION_ENDPOINTS } from './session-endpoints.ts';

const EDIT_ERRORS: readonly ErrorCode[] = [
  'bad_json',
  'bad_request',
  'too_large',
  'invalid',
  'conflict',
  'needs_deploy',
  'jetstream_behind',
  'last_region',
  'no_store',
  'store_unavailable',
];

const CONNECT_ERRORS: readonly ErrorCode[] = [
  'bad_request',
  'method_not_allowed',
  'upgrade_required',
  'rate_limited',
  'residency',
  'forced_region_unavailable',
  'no_region',
  'no_such_session',
  'session_ending',
  'session_unavailable',
];

const LIVE_ERRORS: readonly ErrorCode[] = [
  'bad_request',
  'unauthorized',
  'cross_site',
  'method_not_allowed',
  'upgrade_required',
  'rate_limited',
  'live_unavailable',
];

const PLACE: readonly QueryParameter[] = [
  { name: 'colo', type: 'string', what: 'such as SYD' },
  { name: 'lat', type: 'number', what: 'degrees north' },
  { name: 'lon', type: 'number', what: 'degrees east' },
  { name: 'country', type: 'string', what: 'such as AU' },
  { name: 'continent', type: 'string', what: 'such as OC' },
  { name: 'client', type: 'string', what: 'an address, used to draw shares' },
];

const BASE: QueryParameter = {
  name: 'base',
  type: 'integer',
  what: 'refused unless it is the current version',
};

const FORCE: QueryParameter = {
  name: 'force',
  type: 'boolean',
  what: 'even if it is the last region, or streams could be lost',
};

const OPERATION_SUMMARIES: Readonly<Record<RegionOperation, string>> = {
  drain: 'refuses new clients, then moves its clients to other regions',
  undrain: 'puts it back into service',
  wake: 'starts a sleeping region',
  stop: 'stops its server at once and disconnects its clients',
};

const OPERATION_QUERY: Readonly<Record<RegionOperation, readonly QueryParameter[]>> = {
  drain: [BASE, FORCE],
  undrain: [BASE],
  wake: [],
  stop: [FORCE],
};

const OPERATION_ERRORS: Readonly<Record<RegionOperation, readonly ErrorCode[]>> = {
  drain: ['conflict', 'jetstream_behind', 'last_region', 'needs_deploy', 'invalid', 'store_unavailable'],
  undrain: ['conflict', 'last_region', 'needs_deploy', 'invalid', 'store_unavailable'],
  wake: [],
  stop: ['jetstream_behind'],
};

const BACKUP_PATH = (part?: Parameters<typeof backupPath>[2]) => backupPath('{account}', '{stream}', part);

const POINT: readonly QueryParameter[] = [
  { name: 'at', type: 'integer', what: 'as it was at this time, milliseconds since the epoch' },
  { name: 'seq', type: 'integer', what: 'up to this sequence' },
];

const BUCKET_ERRORS: readonly ErrorCode[] = ['no_bucket', 'bucket_unavailable'];
const KEEPER_ERRORS: readonly ErrorCode[] = ['no_keeper', 'keeper_unavailable'];
const BACKUP_ERRORS: readonly ErrorCode[] = [
  'bad_request',
  'no_such_backup',
  'backup_damaged',
  ...BUCKET_ERRORS,
];

const JETSTREAM: readonly Endpoint[] = [
  {
    ...open(
      'jetstream',
      PATHS.jetstream,
      'which JetStream servers hold the streams, and what waits',
      json('JetStream'),
    ),
    caller: 'reader',
    errors: KEEPER_ERRORS,
  },
  {
    id: 'acceptLoss',
    method: 'POST',
    path: PATHS.acceptLoss,
    caller: 'admin',
    summary: 'accepts that streams without a backup are lost: JetStream starts without them',
    query: [],
    answer: json('JetStream'),
    errors: ['nothing_lost', ...KEEPER_ERRORS],
  },
];

const BACKUPS: readonly Endpoint[] = [
  {
    ...open(
      'backups',
      PATHS.backups,
      'the backups of all streams: age, size, lag, verification',
      json('Backups'),
    ),
    caller: 'reader',
    query: [{ name: 'after', type: 'string', what: 'those behind this one: `next` of the answer before' }],
    errors: ['bad_request', ...BUCKET_ERRORS],
  },
  {
    ...open('jobs', PATHS.jobs, 'restores and verifications, newest first', json('Jobs')),
    caller: 'reader',
    errors: KEEPER_ERRORS,
  },
  {
    ...open('job', jobPath('{id}'), 'a restore or a verification, and how far it is', json('Job')),
    caller: 'reader',
    errors: ['bad_request', 'no_such_job', ...KEEPER_ERRORS],
  },
  {
    ...open(
      'backup',
      BACKUP_PATH(),
      'one backup: its segments, and the times that can be restored',
      json('BackupDetail'),
    ),
    caller: 'reader',
    errors: BACKUP_ERRORS,
  },
  {
    id: 'planRemoval',
    method: 'POST',
    path: BACKUP_PATH('delete/dry-run'),
    caller: 'reader',
    summary: 'what of a backup would be removed, or why it would stay',
    query: [],
    answer: json('RemovalPlan'),
    errors: [...BACKUP_ERRORS, ...KEEPER_ERRORS],
  },
  {
    id: 'removeBackup',
    method: 'DELETE',
    path: BACKUP_PATH(),
    caller: 'admin',
    summary: 'removes a backup for good, if its stream is gone',
    query: [],
    answer: json('Removed'),
    errors: ['backup_in_use', ...BACKUP_ERRORS, ...KEEPER_ERRORS],
  },
  {
    id: 'planRestore',
    method: 'POST',
    path: BACKUP_PATH('restore/dry-run'),
    caller: 'reader',
    summary: 'what a restore would bring back',
    query: [],
    body: 'RestoreBody',
    answer: json('RestorePlan'),
    errors: [...BODY_ERRORS, ...BACKUP_ERRORS, ...KEEPER_ERRORS],
  },
  {
    id: 'restore',
    method: 'POST',
    path: BACKUP_PATH('restore'),
    caller: 'admin',
    summary: 'restores the stream, in the background',
    query: [],
    body: 'RestoreBody',
    answer: json('Job', 202),
    errors: ['stream_exists', 'subjects_taken', ...BODY_ERRORS, ...BACKUP_ERRORS, ...KEEPER_ERRORS],
  },
  {
    id: 'verify',
    method: 'POST',
    path: BACKUP_PATH('verify'),
    caller: 'admin',
    summary: 'restores it into a server of its own and compares, in the background',
    query: [],
    answer: json('Job', 202),
    errors: [...BACKUP_ERRORS, ...KEEPER_ERRORS],
  },
  {
    id: 'exportArchive',
    method: 'GET',
    path: BACKUP_PATH('archive'),
    caller: 'admin',
    summary: 'the stream as one archive',
    query: POINT,
    answer: { kind: 'archive' },
    errors: BACKUP_ERRORS,
  },
  {
    id: 'importArchive',
    method: 'PUT',
    path: BACKUP_PATH('archive'),
    caller: 'admin',
    summary: 'makes an archive the backup of a stream that has none; `restore` then makes the stream',
    query: [],
    takesArchive: true,
    answer: json('Imported', 201),
    errors: ['bad_request', 'backup_exists', 'bad_archive', 'too_large', ...BUCKET_ERRORS],
  },
];

const COLLECTOR_ERRORS: readonly ErrorCode[] = ['bad_request', 'no_collector', 'collector_unavailable'];

const METRICS: readonly Endpoint[] = [
  {
    ...open('metrics', PATHS.metrics, 'metrics for Prometheus, in its text format or as OpenMetrics', {
      kind: 'metrics',
    }),
    caller: 'reader',
    query: [
      {
        name: 'dialect',
        type: 'string',
        what: '`exporter`: names begin with `gnatsd_` and `jetstream_`; otherwise all with `nats_`',
      },
      { name: 'ephemeral', type: 'boolean', what: '`true`: consumers that are not durable too' },
      { name: 'series', type: 'integer', what: 'how many series there may be: 20,000' },
    ],
    errors: COLLECTOR_ERRORS,
  },
  {
    ...open(
      'metricsHistory',
      PATHS.metricsHistory,
      'a few numbers of each region, for up to a day',
      json('MetricsHistory'),
    ),
    caller: 'reader',
    query: [{ name: 'minutes', type: 'integer', what: 'how far back: 60, or up to 1440' }],
    errors: COLLECTOR_ERRORS,
  },
  {
    ...open('traffic', PATHS.traffic, 'where clients came from in the last day', json('Traffic')),
    caller: 'reader',
    query: [
      {
        name: 'by',
        type: 'string',
        what: 'of `hour`, `country`, `colo`, `region`, separated by commas: `country,region`',
      },
    ],
    errors: COLLECTOR_ERRORS,
  },
  {
    ...open(
      'forecasts',
      PATHS.forecasts,
      'what was forecast for the last edits, and where clients went afterwards',
      json('ForecastFacts'),
    ),
    caller: 'reader',
    errors: ['no_collector', 'collector_unavailable'],
  },
  {
    ...open(
      'inspection',
      PATHS.inspection,
      'what is wrong with the running cluster, and the likely fix',
      json('Inspection'),
    ),
    caller: 'reader',
    errors: ['no_collector', 'collector_unavailable'],
  },
  {
    ...open(
      'secrets',
      PATHS.secrets,
      'which secrets there are, since when, and who uses which',
      json('Secrets'),
    ),
    caller: 'reader',
    errors: ['store_unavailable'],
  },
];

const CONNECT: Endpoint = {
  ...open('connect', PATHS.root, 'NATS over WebSocket', { kind: 'upgrade' }),
  decides: true,
  query: [PREFERRED],
  errors: CONNECT_ERRORS,
};

const LEAFNODE: Endpoint = {
  ...open('connectLeafnode', PATHS.leafnode, 'a nats-server joins as a leaf node, over WebSocket', {
    kind: 'upgrade',
  }),
  decides: true,
  query: [],
  errors: [...CONNECT_ERRORS, 'door_off'],
};

const MQTT: Endpoint = {
  ...open('connectMqtt', PATHS.mqtt, 'MQTT over WebSocket', { kind: 'upgrade' }),
  decides: true,
  query: [PREFERRED],
  errors: [...CONNECT_ERRORS, 'door_off'],
};

const TRACE: Endpoint = {
  id: 'trace',
  method: 'POST',
  path: PATHS.trace,
  caller: 'admin',
  summary: 'the way that a message would take over the mesh; nobody receives it',
  query: [],
  body: 'TraceBody',
  answer: json('Trace'),
  errors: [...BODY_ERRORS, 'bad_request', 'no_such_region', 'region_unavailable'],
};

export const ENDPOINTS: readonly Endpoint[] = [
  CONNECT,
  { ...CONNECT, id: 'connectToNats', path: PATHS.nats, sameAs: PATHS.root },
  LEAFNODE,
  MQTT,
  {
    ...open('health', PATHS.health, 'which regions would take a client', json('Health', 200, 503)),
    query: [
      {
        name: 'jetstream',
        type: 'string',
        what: '`true`: 503 also while JetStream or one of its streams does not serve',
      },
    ],
  },
  open(
    'regions',
    PATHS.regions,
    'every region with its state, unless `admin.regionsShownTo` is `readers`',
    json('Regions'),
  ),
  open('mesh', PATHS.mesh, 'the links between regions, under the same condition', json('Mesh')),
  {
    ...open('live', PATHS.live, 'what the map shows, as it changes: a WebSocket, or server-sent events', {
      kind: 'live',
    }),
    errors: LIVE_ERRORS,
  },
  {
    ...open('route', PATHS.route, 'the decision for this request, or for a place', {
      kind: 'json',
      schema: 'Route',
      statuses: [200],
      orText: true,
    }),
    decides: true,
    query: [...PLACE, PREFERRED, { name: 'format', type: 'string', what: '`text` gives a table for people' }],
  },
  {
    ...open('flags', PATHS.flags, 'all feature flags for this request, or for a client', json('Flags')),
    query: [
      { name: 'flag', type: 'string', what: 'only this one' },
      { name: 'colo', type: 'string', what: 'such as SYD' },
      { name: 'country', type: 'string', what: 'such as AU' },
      { name: 'client', type: 'string', what: 'an address or a name, used to draw percentages' },
    ],
    errors: ['bad_request', 'no_such_flag'],
  },
  {
    ...open('whoami', PATHS.whoami, 'where this caller would be connected, and why', json('Whoami')),
    decides: true,
    query: [PREFERRED],
  },
  open(
    'about',
    PATHS.about,
    'the addresses of this edge, for programs that know only its name',
    json('About'),
  ),
  open('openapi', PATHS.openapi, 'this API as OpenAPI 3.1', { kind: 'document' }),
  {
    id: 'credentials',
    method: 'POST',
    path: PATHS.credentials,
    caller: 'anyone',
    summary: 'a NATS user for who shows a sign-in of an accepted issuer, with what it is granted',
    query: [],
    body: 'CredentialsBody',
    answer: json('Credentials'),
    errors: [
      ...BODY_ERRORS,
      'unauthorized',
      'cross_site',
      'not_granted',
      'sign_in_off',
      'rate_limited',
      'sign_in_unavailable',
    ],
  },
  {
    ...open('config', PATHS.config, 'the current version, or an earlier one', json('LiveConfig')),
    caller: 'reader',
    query: [{ name: 'version', type: 'integer', what: 'an earlier one' }],
    errors: ['bad_request', 'no_such_version', 'store_unavailable'],
  },
  {
    id: 'put',
    method: 'PUT',
    path: PATHS.config,
    caller: 'admin',
    summary: 'an edit',
    query: [],
    body: 'PutBody',
    answer: json('Published'),
    errors: EDIT_ERRORS,
  },
  {
    id: 'dryRun',
    method: 'POST',
    path: PATHS.dryRun,
    caller: 'reader',
    summary: 'what an edit would do',
    query: [],
    body: 'DryRunBody',
    answer: json('DryRun'),
    errors: ['bad_json', 'bad_request', 'too_large', 'invalid', 'store_unavailable'],
  },
  {
    id: 'rollback',
    method: 'POST',
    path: PATHS.rollback,
    caller: 'admin',
    summary: 'makes an earlier version the newest',
    query: [],
    body: 'RollbackBody',
    answer: json('Published'),
    errors: [...EDIT_ERRORS, 'no_such_version'],
  },
  {
    ...open(
      'configBackup',
      PATHS.configBackup,
      'how the backup of the configuration and the audit log stands',
      json('ConfigBackup'),
    ),
    caller: 'reader',
    errors: ['no_bucket', 'no_store', 'store_unavailable'],
  },
  {
    id: 'restoreConfig',
    method: 'POST',
    path: PATHS.restoreConfig,
    caller: 'admin',
    summary: 'takes a version, its history and the audit log from the backup of an earlier deployment',
    query: [],
    body: 'RestoreConfigBody',
    answer: json('RestoredConfig'),
    errors: [
      ...EDIT_ERRORS.filter((code) => code !== 'needs_deploy'),
      'not_empty',
      'no_such_backup',
      'no_bucket',
      'bucket_unavailable',
    ],
  },
  {
    ...open('history', PATHS.history, 'versions, newest first', json('History')),
    caller: 'reader',
    query: PAGE,
    errors: ['bad_request', 'store_unavailable'],
  },
  {
    ...open('audit', PATHS.audit, 'changes and refused attempts, newest first', json('Audit')),
    caller: 'reader',
    query: [...PAGE, { name: 'kind', type: 'string', what: 'only those: `change` or `refused`' }],
    errors: ['bad_request', 'store_unavailable'],
  },
  {
    ...open(
      'exportAudit',
      PATHS.auditExport,
      'the whole audit log, oldest first, a JSON entry in each line',
      {
        kind: 'lines',
      },
    ),
    caller: 'reader',
    errors: ['store_unavailable'],
  },
  ...REGION_OPERATIONS.map(
    (operation): Endpoint => ({
      id: operation,
      method: 'POST',
      path: regionOperationPath('{id}', operation),
      caller: 'admin',
      summary: OPERATION_SUMMARIES[operation],
      query: OPERATION_QUERY[operation],
      answer: json('OperationResult'),
      errors: ['no_such_region', 'bad_request', 'region_unavailable', ...OPERATION_ERRORS[operation]],
    }),
  ),
  {
    ...open(
      'scaling',
      scalingPath('{id}'),
      'how many servers a region needs, why, and what held it back',
      json('Scaling'),
    ),
    caller: 'reader',
    errors: ['bad_request', 'no_such_region', 'no_members', 'region_unavailable'],
  },
  ...JETSTREAM,
  ...BACKUPS,
  ...METRICS,
  TRACE,
  ...ROLLOUT_ENDPOINTS,
  ...SESSION_ENDPOINTS,
];
