// What becomes of a decision once the client was handed over: the record of the connection itself.

import type { Decision, FailedAttempt } from './decision.ts';
import { isPreferred } from './rank.ts';

/**
 * The decision with the region that took the client, if any did, and those that did not. Where the decision already
 * was a failover it stays that one: its region is where the client belongs.
 */
export function afterAttempts(
  decision: Decision,
  winner: string | undefined,
  failed: readonly FailedAttempt[],
): Decision {
  const [first] = failed;
  if (first === undefined) return decision;
  const { winner: _planned, failover, ...rest } = decision;
  // A region that came last for its health may be the one that takes the client after all.
  const kept = failover?.from === winner ? undefined : failover;
  const cause = { effect: 'fail', filter: 'handoff', code: 'not-taken', message: first.reason } as const;
  const taker = decision.candidates.find(({ region }) => region === winner);
  return {
    ...rest,
    ...(winner !== undefined && { winner, failover: kept ?? { from: first.region, cause } }),
    failed,
    pinned: taker !== undefined && isPreferred(taker),
  };
}
