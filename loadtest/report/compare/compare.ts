// What differs between two runs of one script and profile, and which differences are significant and large enough.

import { mean } from 'simple-statistics';
import { inRegionOrder } from '../../world-map/region-look.ts';
import type { Slice, Summary } from '../summary.ts';
import { shortcomings } from '../verdict.ts';
import { type Outright, outrightOf } from './outright.ts';
import { counted, type Pair, pairSlices, seriesOf } from './paired-slices.ts';
import { holm, pairedPValue } from './significance.ts';

export interface Comparison {
  readonly script: string;
  readonly profile: string;
  /** What differs without any test of chance. */
  readonly outright: readonly Outright[];
  readonly differences: readonly Difference[];
  /** Circumstances that differ, and may be the cause of a difference. */
  readonly warnings: readonly string[];
}

export interface Difference {
  readonly metric: string;
  /** `p50` and `p95` of times, `share` of a rate, `per second` of a counter. */
  readonly figure: Figure;
  /** A region, or `all`. */
  readonly series: string;
  /** Of a typical slice; null where no slices can be paired. */
  readonly before: number | null;
  readonly after: number | null;
  /** `after` / `before` - 1; null when there was nothing before. */
  readonly change: number | null;
  /** Pairs of slices. */
  readonly pairs: number;
  /** After Holm's correction; null with too few pairs to say, or too few that are not as the ones before. */
  readonly p: number | null;
  readonly verdict: Verdict;
}

/** `only before` and `only after`: the other run has no sample of it. */
export type Verdict = 'worse' | 'better' | 'same' | 'too little data' | 'only before' | 'only after';

export type Figure = 'p50' | 'p95' | 'share' | 'per second';

interface Question {
  readonly metric: string;
  readonly figure: Figure;
  readonly worse: 'higher' | 'lower';
}

const TIMES = ['nats_connect', 'nats_ping', 'nats_request', 'nats_delivery', 'nats_outage'];

const QUESTIONS: readonly Question[] = [
  ...TIMES.flatMap((metric) =>
    (['p50', 'p95'] as const).map((figure) => ({ metric, figure, worse: 'higher' as const })),
  ),
  { metric: 'nats_errors', figure: 'share', worse: 'higher' },
  { metric: 'nats_misrouted', figure: 'share', worse: 'higher' },
  { metric: 'nats_delivered', figure: 'per second', worse: 'lower' },
];

/** Probability of reporting a difference when there is none. */
export const LEVEL = 0.05;

/** A smaller difference is of no interest, however certain. */
const MIN_CHANGE = 0.05;
const MIN_CHANGE_MS = 0.5;
const MIN_CHANGE_SHARE = 0.01;

/** With fewer samples a slice's percentile would just be one of them. */
const MIN_SAMPLES: Readonly<Record<Figure, number>> = { p50: 5, p95: 20, share: 1, 'per second': 0 };

/** The two runs answer different questions, so they cannot be compared. */
export class IncomparableError extends Error {
  override readonly name = 'IncomparableError';
}

/** @throws IncomparableError when script or profile differ */
export function compareSummaries(before: Summary, after: Summary): Comparison {
  for (const field of ['script', 'profile'] as const) {
    if (before[field] === after[field]) continue;
    throw new IncomparableError(
      `the first is of ${field} ${before[field]} and the second of ${field} ${after[field]}: compare runs of the same`,
    );
  }
  const found = QUESTIONS.flatMap((question) => answer(question, before, after));
  const tested = found.filter(({ p }) => p !== null);
  const corrected = new Map(holm(tested.map(({ p }) => p ?? 1)).map((p, index) => [tested[index], p]));
  const differences = found
    .map(({ question, only, ...rest }) => ({ rest, question, only }))
    .map(({ rest, question, only }, index) => {
      const p = corrected.get(found[index]) ?? null;
      return { ...rest, p, verdict: only ?? verdictOf({ ...rest, p }, question) };
    });
  return {
    script: before.script,
    profile: before.profile,
    outright: outrightOf(before, after),
    differences,
    warnings: warningsOf(before, after),
  };
}

type Raw = Omit<Difference, 'verdict'> & {
  readonly question: Question;
  /** Set where only one of the runs has any sample of it. */
  readonly only?: 'only before' | 'only after';
};

const UNPAIRED = { before: null, after: null, change: null, pairs: 0, p: null } as const;

function answer(question: Question, before: Summary, after: Summary): readonly Raw[] {
  const { metric, figure } = question;
  const found = new Set(
    [before, after].flatMap(({ timeSeries }) => Object.keys(timeSeries.metrics[metric] ?? {})),
  );
  const names = inRegionOrder(found, ['all', ...before.regions.map(({ id }) => id)]);
  return names.flatMap((series): readonly Raw[] => {
    const a = seriesOf(before.timeSeries, metric, series);
    const b = seriesOf(after.timeSeries, metric, series);
    const what = { question, metric, figure, series };
    if (a === undefined || b === undefined)
      return [{ ...what, ...UNPAIRED, only: b === undefined ? 'only before' : 'only after' }];
    const pairs = figure === 'per second' ? pairSlices(counted(a), counted(b)) : pairSlices(a, b);
    const enough = pairs.filter((pair) => pair.every(({ count }) => count >= MIN_SAMPLES[figure]));
    return [{ ...what, ...measure(enough, figure) }];
  });
}

function measure(
  pairs: readonly Pair[],
  figure: Figure,
): Pick<Raw, 'before' | 'after' | 'change' | 'pairs' | 'p'> {
  const read = (slice: Slice) => (figure === 'p50' || figure === 'p95' ? slice[figure] : slice.value);
  const values = pairs.map(([a, b]) => [read(a), read(b)] as const);
  if (values.length === 0) return UNPAIRED;
  const before = typical(
    values.map(([a]) => a),
    figure,
  );
  const after = typical(
    values.map(([, b]) => b),
    figure,
  );
  // Times are compared by their ratio; shares and throughputs, which may be 0, by their difference.
  const isTime = figure === 'p50' || figure === 'p95';
  const scale = isTime ? (value: number) => Math.log(Math.max(value, SMALLEST)) : (value: number) => value;
  return {
    before,
    after,
    change: before === 0 ? null : after / before - 1,
    pairs: values.length,
    p: pairedPValue(values.map(([a, b]) => scale(b) - scale(a))),
  };
}

/** A microsecond: finer than anything measured. */
const SMALLEST = 1e-3;

/** The values that are tested: geometric means of what is compared by ratio, means of the others. */
function typical(values: readonly number[], figure: Figure): number {
  if (figure !== 'p50' && figure !== 'p95') return mean([...values]);
  return Math.exp(mean(values.map((value) => Math.log(Math.max(value, SMALLEST)))));
}

function verdictOf(
  { p, before, after, change, figure }: Omit<Difference, 'verdict'>,
  { worse }: Question,
): Verdict {
  if (p === null || before === null || after === null) return 'too little data';
  const by = Math.abs(after - before);
  const isTrifle =
    figure === 'share'
      ? by < MIN_CHANGE_SHARE
      : Math.abs(change ?? 1) < MIN_CHANGE || (figure !== 'per second' && by < MIN_CHANGE_MS);
  if (p >= LEVEL || isTrifle) return 'same';
  return after > before === (worse === 'higher') ? 'worse' : 'better';
}

function warningsOf(before: Summary, after: Summary): readonly string[] {
  const facts: readonly (readonly [string, string, string])[] = [
    ['the machine', JSON.stringify(before.machine), JSON.stringify(after.machine)],
    ['the version of k6', before.versions.k6, after.versions.k6],
    ['the version of nats-server', before.versions.natsServer, after.versions.natsServer],
    ['the version of Node', before.versions.node, after.versions.node],
    ['simulated distance (--wan)', String(before.wan), String(after.wan)],
    ['the site', before.site ?? 'none', after.site ?? 'none'],
  ];
  return [
    ...facts.filter(([, a, b]) => a !== b).map(([what, a, b]) => `${what} differs: ${a}, then ${b}`),
    ...limitsOf(before, 'first'),
    ...limitsOf(after, 'second'),
  ];
}

/** What makes a run's figures less than the whole truth. */
function limitsOf(summary: Summary, which: string): readonly string[] {
  const { ending } = summary;
  return [
    ...(ending.kind === 'finished' ? [] : [`the ${which} run ${ENDINGS[ending.kind]}`]),
    ...shortcomings(summary).map((reason) => `in the ${which} run: ${reason}`),
  ];
}

const ENDINGS = { interrupted: 'was interrupted', 'cut-off': 'was cut off', failed: 'failed' } as const;
