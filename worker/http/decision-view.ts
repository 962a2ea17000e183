// A decision as /api/route shows it: the record itself, with what each filter did in words as well, and no more
// digits than anyone can use.

import type { Considered, Decision } from '../routing/decision.ts';
import { describeEffect } from '../routing/decision-text.ts';

export function decisionView(decision: Decision): object {
  const { candidates, rejected, ...rest } = decision;
  return {
    region: candidates[0]?.region ?? null,
    ...rest,
    candidates: candidates.map((candidate, index) => ({
      rank: index + 1,
      ...consideredView(candidate),
      tier: candidate.tier,
      scoreMs: round(candidate.scoreMs),
    })),
    rejected: rejected.map(consideredView),
  };
}

function consideredView({ region, estimate, effects }: Considered): object {
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
