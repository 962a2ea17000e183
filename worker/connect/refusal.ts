// The response to a client that no region may serve.

import { retryAfterSeconds } from '../../api/errors.ts';
import { DECISION_HEADER, RETRY_AFTER_HEADER } from '../../api/headers.ts';
import type { Decision } from '../../routing/decision.ts';
import { compactDecision, describeEffect } from '../../routing/decision-text.ts';
import type { Refusal } from '../../routing/filter.ts';
import { errorResponse } from '../error-response.ts';
import { retryAfter } from './retry-after.ts';

export function refusalResponse(decision: Decision, { code, message }: Refusal): Response {
  const reasons = decision.rejected.map(({ region, effects }) => {
    const last = effects.at(-1);
    return { region, reason: last === undefined ? '' : describeEffect(last) };
  });
  const words = reasons.map(({ region, reason }) => `${region}: ${reason}`).join('; ');
  return errorResponse(code, `${message} (${words})`, {
    details: { regions: reasons, notes: decision.notes },
    headers: {
      // A permanent refusal has none.
      ...(retryAfterSeconds(code) !== undefined && { [RETRY_AFTER_HEADER]: retryAfter() }),
      [DECISION_HEADER]: compactDecision(decision),
    },
  });
}
