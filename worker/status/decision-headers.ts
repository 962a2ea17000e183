// What an answer says in its headers of the decision that it shows.

import { DECISION_HEADER, REGION_HEADER } from '../../api/headers.ts';
import type { Decision } from '../../routing/decision.ts';
import { compactDecision } from '../../routing/decision-text.ts';

/** As a client's connection says it. */
export function decisionHeaders(decision: Decision): Readonly<Record<string, string>> {
  const { winner } = decision;
  return {
    [DECISION_HEADER]: compactDecision(decision),
    ...(winner !== undefined && { [REGION_HEADER]: winner }),
  };
}
