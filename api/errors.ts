// Errors on the wire: `{ "error": { "code", "message", ... } }`. Each code has one status.

/** The status that each code comes with. */
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
  conflict: 409,
  needs_deploy: 409,
  last_region: 409,
  too_large: 413,
  invalid: 422,
  upgrade_required: 426,
  rate_limited: 429,
  residency: 451,
  internal: 500,
  forced_region_unavailable: 503,
  no_region: 503,
  no_store: 503,
  region_unavailable: 503,
  store_unavailable: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** When each code is answered, for the documentation and the OpenAPI document. */
export const ERROR_MEANING: Readonly<Record<ErrorCode, string>> = {
  bad_json: 'the body is not JSON; the message says where',
  bad_request: 'the body or the query does not have the form that the endpoint expects',
  unauthorized: 'no credentials, or wrong ones; the answer does not say which',
  token_in_url: 'a token in the query, right or wrong; replace it, since logs may now contain it',
  read_only: 'a change, with the read token',
  cross_site: 'a change that a browser sent for a page of another site',
  admin_off: 'no token and no Cloudflare Access is configured',
  not_found: 'there is no such path, or not with this method',
  no_such_region: 'the configuration has no region of this id',
  no_such_version: 'there never was such a version, or it is no longer kept',
  conflict: 'the edit was made from a version that is no longer the current one',
  needs_deploy: 'the edit changes what only a deploy can change',
  last_region: 'no region would take new clients; `force` overrides this',
  too_large: 'the body is larger than 256 KiB',
  invalid: 'the configuration is not valid',
  upgrade_required: 'the request is not an upgrade to WebSocket',
  rate_limited: 'more than 60 calls a minute from one address',
  residency: 'the residency rules let no region serve this client',
  internal: "a bug; see the Worker's log",
  forced_region_unavailable: 'the only region that the request accepts cannot serve it',
  no_region: 'no region took the client, or none is taking new clients now',
  no_store: 'the deployment has no ConfigStore, so live edits are not possible',
  region_unavailable: 'the region refuses a client; the Worker tries the next one',
  store_unavailable: 'the ConfigStore does not answer',
};
