// Errors on the wire: `{ "error": { "code", "message", ... } }`. Each code has one status.

/** The status of each code. */
export const ERROR_STATUS = {
  bad_json: 400,
  bad_request: 400,
  unauthorized: 401,
  token_in_url: 401,
  read_only: 403,
  cross_site: 403,
  admin_off: 404,
  not_found: 404,
  no_such_region: 404,
  no_such_version: 404,
  no_such_backup: 404,
  method_not_allowed: 405,
  conflict: 409,
  needs_deploy: 409,
  drained: 409,
  jetstream_behind: 409,
  last_region: 409,
  not_empty: 409,
  too_large: 413,
  invalid: 422,
  upgrade_required: 426,
  rate_limited: 429,
  residency: 451,
  internal: 500,
  asleep: 503,
  draining: 503,
  forced_region_unavailable: 503,
  full: 503,
  no_region: 503,
  no_store: 503,
  no_bucket: 503,
  bucket_unavailable: 503,
  region_unavailable: 503,
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
  cross_site: "a change that another site's page made a browser send",
  admin_off: 'no token and no Cloudflare Access is configured',
  not_found: 'there is no such path',
  no_such_region: 'the configuration has no region of this id',
  no_such_version: 'there never was such a version, or it is no longer kept',
  no_such_backup: 'the bucket has no such backup',
  method_not_allowed: 'the path has no such method; `Allow` names those that it has',
  conflict: 'the edit was made from a version that is no longer the current one',
  needs_deploy: 'the edit changes what only a deploy can change',
  drained: 'the region is drained or disabled, so it is not woken',
  jetstream_behind:
    'a JetStream region would stop, and with it its disk, while another does not hold everything; `force` overrides this',
  not_empty: 'the ConfigStore has versions already; `force` overrides this',
  last_region: 'no region would serve any client; `force` overrides this',
  too_large: 'the body is larger than 256 KiB',
  invalid: 'the configuration is not valid',
  upgrade_required: 'the request is no upgrade to WebSocket, version 13',
  rate_limited:
    'more than 60 calls a minute from one address; of a region: too many connections that have not authenticated',
  residency: 'the rules on where data may be kept let no region serve this client',
  internal: 'a bug: the log of the Worker has more',
  asleep: 'the region sleeps, and the Worker asked it not to wake',
  draining: 'the region takes no new clients; the Worker tries the next one',
  forced_region_unavailable: 'the only region that the request accepts cannot serve it',
  full: 'the region has as many clients as it may have; the Worker tries the next one',
  no_region: 'no region took the client, or none takes new clients now',
  no_store: 'the deployment has no ConfigStore, so nothing can be changed live',
  no_bucket: 'the deployment has no bucket for backups',
  bucket_unavailable: 'the bucket of backups does not answer, or what it holds cannot be read',
  region_unavailable:
    'the region does not answer an operation, or refuses a client, for which the Worker tries the next one',
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

/** `Retry-After` of a refusal that may pass by itself, in seconds; undefined if something has to be changed first. */
export function retryAfterSeconds(code: ErrorCode): number | undefined {
  if (code === 'rate_limited') return RATE_LIMIT_SECONDS;
  return ERROR_STATUS[code] === 503 && code !== 'no_store' && code !== 'no_bucket'
    ? PASSING_SECONDS
    : undefined;
}
