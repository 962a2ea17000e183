// What makes a run worse than another by itself, without any test of chance: that it is not green where the other is, that
// more of what was due did not come, and that it was interrupted for longer. One long outage is one event, of which no test
// can tell anything.

import { formatMoment, formatShare } from '../format-value.ts';
import { type Span, totalOf } from '../spans.ts';
import type { Summary } from '../summary.ts';
import { timesWithoutService } from '../times-without-service.ts';
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
  return [
    ...colours,
    ...LOSSES.flatMap((metric) => lossOf(metric, before, after)),
    ...failuresOf(before, after),
    ...INTERRUPTIONS.flatMap((each) => interruptionOf(each, before, after)),
  ];
}

/** Of all attempts. */
function failuresOf(before: Summary, after: Summary): readonly Outright[] {
  const [a, b] = [before, after].map(({ metrics }) => metrics.nats_errors?.all?.value);
  return a === undefined || b === undefined ? [] : shareOutright('of attempts that failed', a, b);
}

interface Interruption {
  readonly what: string;
  readonly spansOf: (summary: Summary) => readonly Span[];
}

const INTERRUPTIONS: readonly Interruption[] = [
  { what: 'nothing was measured', spansOf: ({ unmeasured }) => unmeasured },
  { what: 'some client had no service', spansOf: timesWithoutService },
  { what: 'nothing came from one region to another', spansOf: ({ gaps }) => gaps },
];

/** A smaller difference of two times is of no interest, nor one that is a smaller part of the longer one. */
const MIN_MS = 2_000;
const MIN_PART = 0.5;

function interruptionOf(
  { what, spansOf }: Interruption,
  before: Summary,
  after: Summary,
): readonly Outright[] {
  const [a, b] = [totalOf(spansOf(before)), totalOf(spansOf(after))];
  if (Math.abs(b - a) < Math.max(MIN_MS, MIN_PART * Math.max(a, b))) return [];
  const verdict = b > a ? 'worse' : 'better';
  const text = `the time in which ${what} is ${verdict}: ${formatMoment(a)}, then ${formatMoment(b)}`;
  return [{ verdict, text }];
}

function lossOf(metric: Loss, before: Summary, after: Summary): readonly Outright[] {
  const [a, b] = [shareOf(metric, before), shareOf(metric, after)];
  return a === undefined || b === undefined ? [] : shareOutright(`of messages ${WORDS[metric]}`, a, b);
}

function shareOutright(what: string, a: number, b: number): readonly Outright[] {
  if (Math.abs(b - a) < MIN_SHARE) return [];
  const verdict = b > a ? 'worse' : 'better';
  return [{ verdict, text: `the share ${what} is ${verdict}: ${formatShare(a)}, then ${formatShare(b)}` }];
}

/** Of what was due; what is missing has been sent to so many subscribers, of what should have arrived. */
function shareOf(metric: Loss, { metrics, ending }: Summary): number | undefined {
  const valueOfAll = (name: string) => metrics[name]?.all?.value ?? 0;
  // What was under way when k6 was ended did not arrive either.
  const lost = valueOfAll(metric) + (metric === 'nats_missing' ? (ending.underWay ?? 0) : 0);
  const all = metric === 'nats_missing' ? lost + valueOfAll('nats_delivered') : valueOfAll('nats_due');
  return all === 0 ? undefined : lost / all;
}
