// Errors on the wire: `{ "error": { "code", "message", ... } }`. Each code has one status.

/** The status of each code. */
export const ERROR_STATUS = {
  bad_json: 400,
  bad_request: 400,
  unauthorized: 401,
  token_in_url: 401,
  read_only: 403,
  not_granted: 403,
  cross_site: 403,
  admin_off: 404,
  not_found: 404,
  no_such_region: 404,
  no_members: 404,
  no_such_version: 404,
  no_such_backup: 404,
  no_such_job: 404,
  no_such_session: 404,
  no_such_rollout: 404,
  no_such_flag: 404,
  sessions_off: 404,
  sign_in_off: 404,
  door_off: 404,
  method_not_allowed: 405,
  conflict: 409,
  needs_deploy: 409,
  drained: 409,
  external_region: 409,
  jetstream_behind: 409,
  last_region: 409,
  not_empty: 409,
  stream_exists: 409,
  subjects_taken: 409,
  backup_exists: 409,
  backup_in_use: 409,
  nothing_lost: 409,
  session_differs: 409,
  rollout_running: 409,
  rollout_not_now: 409,
  too_large: 413,
  invalid: 422,
  bad_archive: 422,
  upgrade_required: 426,
  rate_limited: 429,
  session_quota: 429,
  sign_ins_failed: 429,
  residency: 451,
  internal: 500,
  backup_damaged: 500,
  asleep: 503,
  door_refused: 503,
  draining: 503,
  forced_region_unavailable: 503,
  full: 503,
  no_region: 503,
  no_store: 503,
  no_bucket: 503,
  bucket_unavailable: 503,
  no_keeper: 503,
  no_collector: 503,
  collector_unavailable: 503,
  keeper_unavailable: 503,
  live_unavailable: 503,
  rollouts_unavailable: 503,
  region_unavailable: 503,
  session_ending: 503,
  session_unavailable: 503,
  sign_in_unavailable: 503,
  restarting: 503,
  starting: 503,
  waiting: 503,
  store_unavailable: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** What each code means, for the documentation and the OpenAPI document. */
export const ERROR_MEANING: Readonly<Record<ErrorCode, string>> = {
  bad_json: 'the body is not JSON; the message says where',
  bad_request: 'the request does not have the form that the endpoint takes: its path, query, headers or body',
  unauthorized: 'no credentials, or wrong ones: the same answer, whatever is wrong',
  token_in_url: 'a token in the query, right or wrong; change it, for logs have it now',
  read_only: 'the read token, for a change',
  cross_site:
    "a change that another site's page made a browser send; on a local stack anything that another site's page made it send",
  not_granted: 'the sign-in is accepted, and the configuration grants it nothing',
  door_off: 'the configuration does not open this door (`doors`)',
  door_refused:
    'the region takes nobody through this door: it has as many leaf nodes as it may have, or its server was started before the door was opened; the Worker tries the next one',
  sign_in_off: 'no sign-ins are configured (`signIn`)',
  sign_in_unavailable: "the issuer's keys could not be had, or the secret that signs users is missing",
  admin_off: 'no token and no Cloudflare Access is configured',
  not_found: 'there is no such path',
  no_such_region: 'the configuration has no region of this id',
  no_members: 'the region is one server: it has no `members` in the configuration',
  no_such_version: 'there never was such a version, or it is no longer kept',
  no_such_backup:
    'there is no backup of this stream, or none that reaches back to the time or sequence that was asked for',
  no_such_job: 'there never was such a job, or it is no longer kept',
  no_such_session:
    'there is no session of this id or name, or it is of another owner: the same answer for all of these',
  no_such_flag: 'the configuration has no flag of this name',
  no_such_rollout: 'there never was such a rollout, or it is no longer kept',
  rollout_running: 'another rollout is not over; one is under way at a time',
  rollout_not_now: 'the rollout is over, or not in a state for that; the message says which',
  rollouts_unavailable: 'the deployment has no object for rollouts, or it does not answer',
  sessions_off: 'the configuration lets nobody make sessions (`sessions.madeBy`), or the deployment has none',
  method_not_allowed: 'the path has no such method; `Allow` names those that it has',
  conflict: 'the edit was made from a version that is no longer the current one',
  needs_deploy: 'the edit changes what only a deploy can change',
  external_region: 'the region is external: its servers are not started, stopped or asked by Meridian',
  drained: 'the region is drained or disabled, so it is not woken',
  jetstream_behind:
    'a JetStream region would stop, and with it its disk, while another does not hold everything; `force` overrides this',
  not_empty: 'the ConfigStore has versions already; `force` overrides this',
  last_region: 'no region would serve any client; `force` overrides this',
  stream_exists: 'there is a stream of the name to restore under; a stream that exists is never touched',
  subjects_taken:
    'a stream takes messages of the subjects of the one to restore; the message names it, and a subject is of one stream',
  backup_exists: 'the archive is of a stream that has a backup already',
  backup_in_use:
    'the backup stays: its stream exists, may have to come back from it, or may be there; the message says which',
  nothing_lost: 'no loss waits to be accepted',
  session_differs: 'the session is there, with another configuration: end it first, or leave `config` out',
  too_large: 'the body is larger than 256 KiB, or the archive than 5 GiB',
  invalid: 'the configuration is not valid',
  bad_archive: 'the body is no archive of a stream, or a torn one; the message says where',
  upgrade_required: 'the request is no upgrade to WebSocket, version 13',
  rate_limited:
    'more than 60 calls a minute of one caller from one address, or too many handshakes; of a region: too many connections that have not authenticated, for which the Worker tries the next one',
  session_quota:
    'the owner has as many sessions as one may have, or all have: end one, or wait until one expires',
  sign_ins_failed:
    'a region has found the credentials of too many clients of this address wrong; the Worker tries the next one',
  residency: 'the rules on where data may be kept let no region serve this client',
  internal: 'a bug: the log of the Worker has more',
  backup_damaged: 'a part of the backup is missing or torn; the message names it',
  asleep: 'the region sleeps, and the Worker asked it not to wake',
  draining: 'the region takes no new clients; the Worker tries the next one',
  forced_region_unavailable: 'the only region that the request accepts cannot serve it',
  full: 'the region has as many clients as it may have; the Worker tries the next one',
  no_region: 'no region took the client, or none takes new clients now',
  no_store: 'the deployment has no ConfigStore, so nothing can be changed live',
  no_bucket: 'the deployment has no bucket for backups',
  bucket_unavailable: 'the bucket of the backups does not answer',
  no_keeper: 'the deployment has no Keeper, so there is no JetStream',
  keeper_unavailable: 'the Keeper does not answer',
  live_unavailable: 'the deployment has no object for the live map',
  no_collector: 'the deployment has no collector, so there are no metrics',
  collector_unavailable: 'the collector of metrics does not answer',
  region_unavailable:
    'the region does not answer an operation, or refuses a client, for which the Worker tries the next one',
  session_ending: 'the session ends; a new one of its name can be made in some seconds',
  session_unavailable:
    "the session's server did not start, or who keeps the list of sessions does not answer",
  restarting:
    "the region's server exited unexpectedly and is being started again; the Worker tries the next one",
  starting: 'the region is starting, and the Worker asked it not to have the client wait',
  waiting:
    'the region must not start yet, or takes no clients yet, for the sake of the streams; the Worker tries the next one',
  store_unavailable: 'the ConfigStore does not answer',
};

/** The rate limit counts by the minute. */
const RATE_LIMIT_SECONDS = 60;

/** About as long as it takes a region to start, or another region to be chosen. */
const PASSING_SECONDS = 2;

/** What a deployment lacks does not come by itself. */
const ABSENT: ReadonlySet<ErrorCode> = new Set([
  'no_store',
  'no_bucket',
  'no_keeper',
  'live_unavailable',
  'no_collector',
]);

/** `Retry-After` of a refusal that may pass by itself, in seconds; undefined if something has to be changed first. */
export function retryAfterSeconds(code: ErrorCode): number | undefined {
  if (code === 'rate_limited' || code === 'sign_ins_failed') return RATE_LIMIT_SECONDS;
  return ERROR_STATUS[code] === 503 && !ABSENT.has(code) ? PASSING_SECONDS : undefined;
}
