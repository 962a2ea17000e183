// Adds the outcome of the attempts to hand over the client to a decision: the record of the connection itself.

import type { Decision, FailedAttempt } from './decision.ts';
import { isPreferred } from './rank.ts';

/**
 * The decision with the region that took the client, if any did, and those that did not. If the decision already was a
 * failover, it stays the same failover: its region is the one that should serve the client. If the chosen region
 * takes the client, it is none, whatever was dialled beside it.
 */
export function afterAttempts(
  decision: Decision,
  winner: string | undefined,
  failed: readonly FailedAttempt[],
): Decision {
  const [first] = failed;
  if (first === undefined) return decision;
  const { winner: chosen, failover, ...rest } = decision;
  // A region that was demoted for its health may be the one that takes the client after all.
  const kept = failover?.from === winner ? undefined : failover;
  const cause = { effect: 'fail', filter: 'handoff', code: 'not-taken', message: first.reason } as const;
  const now = kept ?? (winner === chosen ? undefined : { from: first.region, cause });
  const taker = decision.candidates.find(({ region }) => region === winner);
  return {
    ...rest,
    ...(winner !== undefined && { winner, ...(now && { failover: now }) }),
    failed,
    pinned: taker !== undefined && isPreferred(taker),
  };
}
