// The headers in which an answer shows its decision.

import { DECISION_HEADER, REGION_HEADER } from '../../api/headers.ts';
import type { Decision } from '../../routing/decision.ts';
import { compactDecision } from '../../routing/decision-text.ts';

/** The same as in the answer to a client's connection. */
export function decisionHeaders(decision: Decision): Readonly<Record<string, string>> {
  const { winner } = decision;
  return {
    [DECISION_HEADER]: compactDecision(decision),
    ...(winner !== undefined && { [REGION_HEADER]: winner }),
  };
}
