// What sessions must be beyond their schema: how long they live, and when their servers sleep.

import type { Problem } from '../problems.ts';
import type { ConfigDraft } from './draft.ts';
import { checkSleepAfter } from './sleep-after.ts';

/** Reports a usual lifetime that is longer than the longest, and `sleepAfter` out of range. */
export function checkSessions({ sessions }: ConfigDraft): Problem[] {
  if (sessions === undefined) return [];
  const { ttlSeconds: seconds, mostTtlSeconds: most, sleepAfter } = sessions;
  return [
    ...(seconds > most
      ? [{ code: 'session-ttl-high', path: 'sessions.ttlSeconds', seconds, most } as const]
      : []),
    ...checkSleepAfter(sleepAfter, 'sessions.sleepAfter'),
  ];
}
