// Whether k6 kept to its schedule. Where it did not, it is the machine of k6 that was measured, whatever the target did.

import { formatMoment } from './format-value.ts';
import type { Summary } from './summary.ts';

/** More than this share of the schedule was late: its p95 is beyond what counts as late. */
const LATE_SHARE = 0.05;

/** The kind that scripts give to a sample beyond 100 ms and one interval of its schedule. */
const LATE = 'late';

/** A sentence, where k6 itself was the limit. */
export function lateGeneratorSentence({ metrics }: Pick<Summary, 'metrics'>): readonly string[] {
  const { all, by } = metrics.nats_schedule_late ?? {};
  const late = by?.kind?.[LATE]?.count ?? 0;
  if (all === undefined || late <= LATE_SHARE * all.count) return [];
  return [`k6 got to what was due up to ${formatMoment(all.max)} late: it is this machine that was measured`];
}
