// A decision as /api/route shows it: the record itself, with what each filter did in words as well, and no more
// digits than anyone can use.

import type { Assessment, Decision } from '../../routing/decision.ts';
import { describeEffect, describeFailover } from '../../routing/decision-text.ts';

export function decisionView(decision: Decision) {
  const { winner, failover, candidates, rejected, ...rest } = decision;
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
  };
}

function assessmentView({ region, estimate, effects }: Assessment) {
  return {
    region,
    estimate: {
      priorMs: round(estimate.priorMs),
      measuredMs: estimate.measuredMs === undefined ? null : round(estimate.measuredMs),
      samples: estimate.samples,
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
