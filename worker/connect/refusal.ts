// What a client is told that no region may serve.

import type { Decision } from '../../routing/decision.ts';
import { compactDecision, describeEffect } from '../../routing/decision-text.ts';
import type { Refusal } from '../../routing/filter.ts';
import { errorResponse } from '../error-response.ts';

interface Answer {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const ANSWERS: Readonly<Record<Refusal, Answer>> = {
  residency: {
    status: 451,
    code: 'residency',
    message: 'the rules on where data may be kept let no region serve this client',
  },
  forced: {
    status: 503,
    code: 'forced_region_unavailable',
    message: 'the only region that the request accepts cannot serve it',
  },
  nowhere: { status: 503, code: 'no_region', message: 'no region takes new clients now' },
};

export function refusalResponse(decision: Decision, refusal: Refusal): Response {
  const { status, code, message } = ANSWERS[refusal];
  const reasons = decision.rejected.map(({ region, effects }) => {
    const last = effects.at(-1);
    return { region, reason: last === undefined ? '' : describeEffect(last) };
  });
  const words = reasons.map(({ region, reason }) => `${region}: ${reason}`).join('; ');
  return errorResponse(status, code, `${message} (${words})`, {
    details: { regions: reasons, notes: decision.notes },
    headers: { 'x-nats-decision': compactDecision(decision) },
  });
}
