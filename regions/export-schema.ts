// The part of the schema of regions.json that says where metrics are pushed to.

import * as v from 'valibot';
import { DURATION_PATTERN } from './duration.ts';

/** What a sink takes. */
export const EXPORT_TYPES = ['otlp', 'prometheus-remote-write', 'json'] as const;

/** Each may hold a queue in the memory of the collector. */
const MOST_EXPORTS = 4;

/** Credentials are no part of it, and plain HTTP does not leave the machine. */
const URL_PATTERN =
  /^(https:\/\/([A-Za-z0-9.-]+|\[[0-9a-f:]+\])|http:\/\/(localhost|127\.0\.0\.1|\[::1\]))(:[0-9]{1,5})?(\/[^\s#]*)?$/;

/** No other secret of the Worker can be sent anywhere. */
const SECRET_PATTERN = /^MERIDIAN_EXPORT_[A-Z0-9_]+$/;

const SinkSchema = v.strictObject({
  type: v.pipe(
    v.picklist(EXPORT_TYPES),
    v.description(
      'What is sent: OTLP/HTTP as JSON, Prometheus remote write 1.0, or plain JSON (docs/observability.md).',
    ),
  ),
  url: v.pipe(
    v.string(),
    v.maxLength(1024),
    v.regex(
      URL_PATTERN,
      'an address such as "https://collector.example/v1/metrics", without user, password and #; http:// only for this machine',
    ),
    v.description(
      'Where it is sent to, as a whole: nothing is appended. https, or http for localhost. Whoever may read the configuration sees it.',
    ),
  ),
  secret: v.exactOptional(
    v.pipe(
      v.string(),
      v.maxLength(64),
      v.regex(SECRET_PATTERN, 'the name of a Worker secret that begins with MERIDIAN_EXPORT_'),
      v.description(
        'Name of a secret of the Worker, such as MERIDIAN_EXPORT_GRAFANA, which holds one header: "Authorization: Bearer ...". Absent: none is sent.',
      ),
    ),
  ),
  every: v.optional(
    v.pipe(
      v.string(),
      v.regex(DURATION_PATTERN, 'a whole number followed by s, m or h, such as "60s"'),
      v.description('How often: <n>s, <n>m or <n>h, from 10s to 1h.'),
    ),
    '60s',
  ),
});

/** A sink: where metrics are pushed to. */
export type SinkConfig = v.InferOutput<typeof SinkSchema>;

export const ExportSchema = v.pipe(v.array(SinkSchema), v.maxLength(MOST_EXPORTS));
