// What clients did on a mixed day, by activity: what was due and came of it, the times that it is about, what failed, and
// how often and how long its clients were without service.

import { formatTable } from '../../regions/table.ts';
import { formatCount, formatMs } from './format-value.ts';
import { type Html, table } from './page.ts';
import type { Figures, Summary } from './summary.ts';

/** What the times of an activity are of; each has a row where it has samples. */
const TIMES = [
  ['nats_ping', 'PING'],
  ['nats_request', 'request to reply'],
  ['nats_ack', 'publish to acknowledgement'],
  ['nats_delivery', 'publish to delivery'],
] as const;

const HEAD = [
  'activity',
  'clients',
  'due',
  'what',
  'came',
  'p50',
  'p95',
  'p99',
  'missing',
  'errors',
  'lost connection',
  'without service, at most',
];

export function activityText(summary: Summary): string | undefined {
  const rows = activityRows(summary);
  return rows.length === 0 ? undefined : formatTable([HEAD, ...rows]);
}

export function activityTable(summary: Summary): Html | undefined {
  const rows = activityRows(summary);
  return rows.length === 0 ? undefined : table(HEAD, rows);
}

/** What belongs to the activity as a whole is in its first row. */
function activityRows({ metrics }: Summary): readonly (readonly string[])[] {
  const of = (metric: string, activity: string): Figures | undefined =>
    metrics[metric]?.by.activity?.[activity];
  const sum = (metric: string, activity: string) => of(metric, activity)?.value ?? 0;
  const activities = Object.keys(metrics.nats_due?.by.activity ?? {});
  return activities.flatMap((activity) => {
    const times = TIMES.flatMap(([metric, what]) => {
      const figures = of(metric, activity);
      return figures === undefined ? [] : [{ what, figures }];
    });
    const errors = of('nats_errors', activity);
    const outage = of('nats_outage', activity);
    const whole = [
      formatCount(of('nats_connect', activity)?.count ?? 0),
      formatCount(sum('nats_due', activity)),
    ];
    const troubles = [
      formatCount(sum('nats_missing', activity)),
      errors === undefined ? '' : formatCount(Math.round(errors.value * errors.count)),
      formatCount(sum('nats_disconnects', activity)),
      outage === undefined ? '' : formatMs(outage.max),
    ];
    // Nothing came of it: it has its row all the same.
    if (times.length === 0) return [[activity, ...whole, 'nothing', '', '', '', '', ...troubles]];
    return times.map(({ what, figures: { count, p50, p95, p99 } }, index) => [
      index === 0 ? activity : '',
      ...(index === 0 ? whole : ['', '']),
      what,
      formatCount(count),
      ...[p50, p95, p99].map(formatMs),
      ...(index === 0 ? troubles : ['', '', '', '']),
    ]);
  });
}
