// `GET /api/route`: a decision, as JSON or as a table. The JSON is the decision itself, with what each filter did as
// text too, and with numbers rounded to a useful precision.

import type { Route } from '../../api/route.ts';
import type { Assessment, Decision } from '../../routing/decision.ts';
import { decisionTable, describeEffect, describeFailover } from '../../routing/decision-text.ts';
import { decide } from '../connect/decide.ts';
import { whatIfRequestOf } from '../connect/routing-request.ts';
import type { EdgeContext } from '../edge-context.ts';
import { decisionHeaders } from './decision-headers.ts';

/** The decision for this request or for a place; with `?format=text` as a table. */
export async function route(request: Request, edge: EdgeContext): Promise<Response> {
  const { decision } = await decide(whatIfRequestOf(request, edge.config.routing.pinDomains), edge);
  const headers = decisionHeaders(decision);
  const isText = new URL(request.url).searchParams.get('format') === 'text';
  if (isText) return new Response(`${decisionTable(decision)}\n`, { headers });
  return Response.json(decisionView(decision) satisfies Route, { headers });
}

function decisionView(decision: Decision) {
  const { winner, failover, candidates, rejected, refusal, ...rest } = decision;
  return {
    region: winner ?? null,
    ...rest,
    failover:
      failover === undefined
        ? null
        : { from: failover.from, ...failover.cause, reason: describeFailover(failover, winner) },
    candidates: candidates.map((candidate, index) => ({
      rank: index + 1,
      ...assessmentView(candidate),
      tier: candidate.tier,
      scoreMs: round(candidate.scoreMs),
    })),
    rejected: rejected.map(assessmentView),
    ...(refusal !== undefined && { refusal: refusal.name }),
  };
}

function assessmentView({ region, estimate, effects }: Assessment) {
  return {
    region,
    estimate: {
      priorMs: round(estimate.priorMs),
      measuredMs: estimate.measuredMs === undefined ? null : round(estimate.measuredMs),
      samples: Math.ceil(estimate.samples),
      finalMs: round(estimate.finalMs),
    },
    effects: effects.map((effect) => ({
      ...effect,
      ...(effect.effect === 'cost' && { ms: round(effect.ms) }),
      reason: describeEffect(effect),
    })),
  };
}

/** To a hundredth of a millisecond. */
function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
