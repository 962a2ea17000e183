// What a client is told that no region may serve.

import type { ErrorCode } from '../../api/errors.ts';
import { DECISION_HEADER, RETRY_AFTER_HEADER } from '../../api/headers.ts';
import type { Decision } from '../../routing/decision.ts';
import { compactDecision, describeEffect } from '../../routing/decision-text.ts';
import type { Refusal } from '../../routing/filter.ts';
import { errorResponse } from '../error-response.ts';
import { retryAfter } from './retry-after.ts';

interface Answer {
  readonly code: ErrorCode;
  readonly message: string;
}

const ANSWERS: Readonly<Record<Refusal, Answer>> = {
  residency: {
    code: 'residency',
    message: 'the rules on where data may be kept let no region serve this client',
  },
  forced: {
    code: 'forced_region_unavailable',
    message: 'the only region that the request accepts cannot serve it',
  },
  nowhere: { code: 'no_region', message: 'no region takes new clients now' },
};

export function refusalResponse(decision: Decision, refusal: Refusal): Response {
  const { code, message } = ANSWERS[refusal];
  const reasons = decision.rejected.map(({ region, effects }) => {
    const last = effects.at(-1);
    return { region, reason: last === undefined ? '' : describeEffect(last) };
  });
  const words = reasons.map(({ region, reason }) => `${region}: ${reason}`).join('; ');
  return errorResponse(code, `${message} (${words})`, {
    details: { regions: reasons, notes: decision.notes },
    headers: {
      // What the rules forbid will not pass.
      ...(code !== 'residency' && { [RETRY_AFTER_HEADER]: retryAfter() }),
      [DECISION_HEADER]: compactDecision(decision),
    },
  });
}
