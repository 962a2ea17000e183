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

/** Those that differ in nothing that is shown, such as in the query of their address, are added up. */
export function sinkMetrics(sinks: readonly SinkStatus[]): readonly Sample[] {
  const labelsOf = ({ type, url, secret = '' }: SinkStatus) => ({ type, url, secret });
  return [...Map.groupBy(sinks, (sink) => JSON.stringify(labelsOf(sink))).values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    const labels = labelsOf(first);
    const total = (of: (sink: SinkStatus) => number) => alike.reduce((all, sink) => all + of(sink), 0);
    // Of the one that was longest without any; unknown if one of them never took any.
    const lastSentAt = Math.min(...alike.map((sink) => sink.lastSentAt ?? Number.NaN));
    return [
      ...samplesOf(labels, [
        [SENT, total(({ sent }) => sent)],
        [RETRIES, total(({ retries }) => retries)],
        [QUEUED, total(({ queued }) => queued)],
        [LAST, Number.isNaN(lastSentAt) ? undefined : lastSentAt / 1_000],
      ]),
      ...DROP_REASONS.flatMap((reason) =>
        samplesOf({ ...labels, reason }, [[DROPPED, total(({ dropped }) => dropped[reason])]]),
      ),
    ];
  });
}
