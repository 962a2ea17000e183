// How the sinks of metrics take them. Pure.

import { type Family, type Sample, samplesOf } from './exposition.ts';
import { DROP_REASONS, type SinkStatus } from './sink-status.ts';

const SENT: Family = {
  name: 'meridian_export_samples_total',
  type: 'counter',
  help: 'Samples that the sink took',
};
const DROPPED: Family = {
  name: 'meridian_export_dropped_samples_total',
  type: 'counter',
  help: 'Samples that did not arrive, by reason',
};
const RETRIES: Family = {
  name: 'meridian_export_retries_total',
  type: 'counter',
  help: 'Attempts that failed and are repeated',
};
const QUEUED: Family = {
  name: 'meridian_export_queued_samples',
  type: 'gauge',
  help: 'Samples that wait to be sent',
};
const LAST: Family = {
  name: 'meridian_export_last_sent_timestamp_seconds',
  type: 'gauge',
  help: 'When the sink last took samples',
};

export function sinkMetrics(sinks: readonly SinkStatus[]): readonly Sample[] {
  return sinks.flatMap(({ type, url, secret = '', sent, dropped, retries, queued, lastSentAt }) => {
    const labels = { type, url, secret };
    return [
      ...samplesOf(labels, [
        [SENT, sent],
        [RETRIES, retries],
        [QUEUED, queued],
        [LAST, lastSentAt === undefined ? undefined : lastSentAt / 1_000],
      ]),
      ...DROP_REASONS.flatMap((reason) => samplesOf({ ...labels, reason }, [[DROPPED, dropped[reason]]])),
    ];
  });
}
