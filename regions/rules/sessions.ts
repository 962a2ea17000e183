// A session lives as long as it may at most, at the most.

import type { Problem } from '../problems.ts';
import type { ConfigDraft } from './draft.ts';

/** Reports a usual lifetime that is longer than the longest. */
export function checkSessions({ sessions }: ConfigDraft): Problem[] {
  if (sessions === undefined || sessions.ttlSeconds <= sessions.mostTtlSeconds) return [];
  const { ttlSeconds, mostTtlSeconds } = sessions;
  return [
    { code: 'session-ttl-high', path: 'sessions.ttlSeconds', seconds: ttlSeconds, most: mostTtlSeconds },
  ];
}
