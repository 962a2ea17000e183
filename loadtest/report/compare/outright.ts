// What makes a run worse than another by itself, without any test of chance: that it is not green where the other is, and
// that more of what was due did not come. One long outage is one event, of which no test can tell anything.

import { formatShare } from '../format-value.ts';
import type { Summary } from '../summary.ts';
import { isGreen } from '../verdict.ts';

export interface Outright {
  readonly verdict: 'worse' | 'better';
  /** A sentence. */
  readonly text: string;
}

/** Counted where something did not come, or nobody knows whether it did. */
const LOSSES = ['nats_unsent', 'nats_unanswered', 'nats_missing'] as const;

type Loss = (typeof LOSSES)[number];

const WORDS: Readonly<Record<Loss, string>> = {
  nats_unsent: 'never sent',
  nats_unanswered: 'under way at a disconnect',
  nats_missing: 'missing',
};

/** A smaller difference is of no interest. */
const MIN_SHARE = 0.01;

export function outrightOf(before: Summary, after: Summary): readonly Outright[] {
  const [was, is] = [isGreen(before), isGreen(after)];
  const colours: readonly Outright[] =
    was === is
      ? []
      : [
          {
            verdict: is ? 'better' : 'worse',
            text: is
              ? 'the second run is better: it is green, and the first is not'
              : 'the second run is worse: it is not green, and the first is',
          },
        ];
  return [...colours, ...LOSSES.flatMap((metric) => lossOf(metric, before, after))];
}

function lossOf(metric: Loss, before: Summary, after: Summary): readonly Outright[] {
  const [a, b] = [shareOf(metric, before), shareOf(metric, after)];
  if (a === undefined || b === undefined || Math.abs(b - a) < MIN_SHARE) return [];
  const verdict = b > a ? 'worse' : 'better';
  const text = `the share of messages ${WORDS[metric]} is ${verdict}: ${formatShare(a)}, then ${formatShare(b)}`;
  return [{ verdict, text }];
}

/** Of what was due; what is missing has been sent to so many subscribers, of what should have arrived. */
function shareOf(metric: Loss, { metrics }: Summary): number | undefined {
  const valueOfAll = (name: string) => metrics[name]?.all?.value ?? 0;
  const lost = valueOfAll(metric);
  const all = metric === 'nats_missing' ? lost + valueOfAll('nats_delivered') : valueOfAll('nats_due');
  return all === 0 ? undefined : lost / all;
}
