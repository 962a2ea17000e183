// Written out once more, so that a wrong entry is noticed: everything else compares with the table itself.

import { expect, test } from 'vitest';
import { ERROR_STATUS } from './errors.ts';

test('each code has the status that clients rely on', () => {
  expect(ERROR_STATUS).toEqual({
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
  });
});
