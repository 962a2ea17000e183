// Whether k6 kept to its schedule. Where it did not, it is the machine of k6 that was measured, whatever the target did.

import { formatMoment } from './format-value.ts';
import type { Summary } from './summary.ts';

/** More than this share of the schedule was late: its p95 is beyond what counts as late. */
const LATE_SHARE = 0.05;

/** The kind that scripts give to a sample beyond 100 ms and one interval of its schedule. */
const LATE = 'late';

/** How late it was at most, ms, of a k6 that was late too often. */
export function lateMsOf({ nats_schedule_late }: Summary['metrics']): number | undefined {
  const { all, by } = nats_schedule_late ?? {};
  const late = by?.kind?.[LATE]?.count ?? 0;
  return all === undefined || late <= LATE_SHARE * all.count ? undefined : all.max;
}

/** A sentence, where k6 itself was the limit: in a merged run any of them. */
export function lateGeneratorSentence({
  ending,
  merged,
}: Pick<Summary, 'ending' | 'merged'>): readonly string[] {
  if (ending.generatorLateMs === undefined) return [];
  const machine = merged.length === 0 ? 'this machine' : 'a machine of k6';
  return [
    `k6 got to what was due up to ${formatMoment(ending.generatorLateMs)} late: it is ${machine} that was measured`,
  ];
}
