// `GET /metrics`, `GET /api/metrics/history` and `GET /api/traffic`.

import * as v from 'valibot';
import { Count, Instant, type Wire } from './schema-kinds.ts';

/** Of `GET /metrics`: the text format of Prometheus, and OpenMetrics. */
export const METRICS_TYPES = ['text/plain', 'application/openmetrics-text'] as const;

export const MetricsHistorySchema = v.strictObject({
  fields: v.pipe(
    v.array(v.string()),
    v.description(
      "what a region's numbers are, in their order; those that only grow begin again when its server does",
    ),
  ),
  points: v.pipe(
    v.array(
      v.strictObject({
        at: Instant,
        regions: v.record(v.string(), v.nullable(v.array(v.nullable(v.number())))),
      }),
    ),
    v.description(
      'oldest first; by region, null where it is unknown. A moment at which nothing was collected is absent',
    ),
  ),
});
export type MetricsHistory = Wire<typeof MetricsHistorySchema>;

/** By what visits can be told apart. */
export const TRAFFIC_KEYS = ['hour', 'country', 'colo', 'region'] as const;
export type TrafficKey = (typeof TRAFFIC_KEYS)[number];

export const TrafficSchema = v.strictObject({
  by: v.pipe(v.array(v.picklist(TRAFFIC_KEYS)), v.description('what the rows are told apart by')),
  rows: v.pipe(
    v.array(
      v.strictObject({
        hour: v.exactOptional(Instant),
        country: v.exactOptional(v.string()),
        colo: v.exactOptional(v.string()),
        region: v.exactOptional(v.string()),
        connects: Count,
        failovers: Count,
        refused: Count,
        attempts: Count,
        meanMs: v.nullable(v.number()),
      }),
    ),
    v.description(
      'most connects first: clients that a region took, how many of them another one than the one that should have, clients that no region took, regions that were asked, and how long it took on average. `""` is unknown, or no region',
    ),
  ),
});
export type Traffic = Wire<typeof TrafficSchema>;
