// The part of the schema of regions.json that makes a region external: NATS servers of somebody else, to which clients are
// routed as to any region (docs/external.md).

import * as v from 'valibot';
import { RegionRoutingEntries } from './routing-schema.ts';

/** What a region may be besides one of ours. */
export const REGION_KINDS = ['external'] as const;

/** Credentials are no part of it, and without TLS nothing leaves the machine. */
const URL_PATTERN =
  /^((wss|https):\/\/([A-Za-z0-9.-]+|\[[0-9a-f:]+\])|(ws|http):\/\/(localhost|127\.0\.0\.1|\[::1\]))(:(6553[0-5]|655[0-2]\d|65[0-4]\d{2}|6[0-4]\d{3}|[1-5]\d{4}|[1-9]\d{0,3}))?(\/[^\s?#]*)?$/;

/** No other secret of the Worker can be sent anywhere. */
const SECRET_PATTERN = /^MERIDIAN_EXTERNAL_[A-Z0-9_]+$/;

/** The fields that only an external region has. */
export const ExternalEntries = {
  kind: v.exactOptional(
    v.pipe(
      v.picklist(REGION_KINDS),
      v.description(
        '`external`: NATS servers of somebody else, at `url`, to which clients are routed as to any region, and which are never started, linked or stopped (docs/external.md). Absent: a region of ours, with an object and a container.',
      ),
    ),
  ),
  url: v.exactOptional(
    v.pipe(
      v.string(),
      v.maxLength(1024),
      v.regex(
        URL_PATTERN,
        'an address such as "wss://nats.example.com", without user, password, ? and #; ws:// only for this machine',
      ),
      v.description(
        'Of an external region: where its NATS servers take WebSockets. wss or https, or ws for localhost. Whoever may read the configuration sees it.',
      ),
    ),
  ),
  secret: v.exactOptional(
    v.pipe(
      v.string(),
      v.maxLength(64),
      v.regex(SECRET_PATTERN, 'the name of a Worker secret that begins with MERIDIAN_EXTERNAL_'),
      v.description(
        'Of an external region: name of a secret of the Worker, such as MERIDIAN_EXTERNAL_OFFICE, which holds headers for the upgrade, one a line: "Authorization: Bearer ...". Clients never see it. Absent: none is sent.',
      ),
    ),
  ),
} as const;

/** All that an external region may have: every other field is of a server of ours. */
export const EXTERNAL_FIELDS: ReadonlySet<string> = new Set([
  ...['id', 'name', 'latitude', 'longitude', 'enabled'],
  ...Object.keys(ExternalEntries),
  ...Object.keys(RegionRoutingEntries),
]);
