// The outcome of a run, and why it is not green: k6 finished in its time, every threshold that can fail was judged and
// held, nothing was cut short, and the time was measured.

import { isTooMuch } from './coverage.ts';
import { neverBegan } from './ending.ts';
import { credentialsSentence } from './failure-text.ts';
import { formatCount, formatMoment, formatShare } from './format-value.ts';
import { lateGeneratorSentence } from './late-generator.ts';
import { totalOf } from './spans.ts';
import { endedAtLimit } from './steps.ts';
import type { Summary } from './summary.ts';
import { thresholdRows } from './threshold-text.ts';
import { isBad, type Standing, standingOf } from './thresholds.ts';
import { waitingClientsSentence } from './waiting-clients.ts';

export type Outcome = 'passed' | 'crossed' | 'not measured' | 'interrupted' | 'failed' | 'no thresholds';

/** k6's code when thresholds were crossed. */
const CROSSED = 99;

/** k6's code for a test that a signal has stopped. */
const STOPPED = 105;

/** A k6 that ends so much before its time has lost its users. */
const EARLY_MS = 1_000;

/** Above this share of the CPU time it could have, k6 itself is what is measured. */
const GENERATOR_LIMIT = 0.9;

/** So many times without measurements, and crossed thresholds, are told one by one. */
const TOLD = 3;

export function outcomeOf(summary: Summary): Outcome {
  const { ending, thresholds } = summary;
  if (ending.kind === 'interrupted') return 'interrupted';
  if (hasFailed(summary)) return 'failed';
  if (standings(summary).some(isBad)) return 'crossed';
  if (shortcomings(summary).length > 0) return 'not measured';
  return thresholds.length === 0 ? 'no thresholds' : 'passed';
}

/** A k6 that was ended by this command has the code of a signal, and did not fail by itself. */
function hasFailed({ ending, k6ExitCode }: Summary): boolean {
  if (ending.kind === 'cut-off') return false;
  return ending.kind === 'failed' || ![0, CROSSED, STOPPED].includes(k6ExitCode);
}

/** Whether the run counts as good: what it asked was measured for all of its time, and no threshold was crossed. */
export function isGreen(summary: Summary): boolean {
  const outcome = outcomeOf(summary);
  return outcome === 'passed' || outcome === 'no thresholds';
}

/** Sentences, the worst first. */
export function verdictOf(summary: Summary): string {
  // Of what never began there is no more to say.
  if (neverBegan(summary.ending)) return `Not green: ${endingReasons(summary).join('. ')}.`;
  if (summary.ending.kind === 'interrupted' && hasNoSample(summary))
    return 'Not green: it was interrupted before anything was measured.';
  const reasons = [...endingReasons(summary), ...shortcomings(summary)];
  const sentences = [...reasons, thresholdSentence(summary), ...remarks(summary)].map(capitalized);
  return `${isGreen(summary) ? 'Green' : 'Not green'}: ${uncapitalized(sentences.join('. '))}.`;
}

function hasNoSample({ metrics }: Summary): boolean {
  return Object.values(metrics).every(({ all }) => all === undefined || all.count === 0);
}

/** Why the figures are not of the whole time that was asked for; empty if they are. */
export function shortcomings(summary: Summary): readonly string[] {
  const { ending, unmeasured, durationMs, absentRunners = [] } = summary;
  const { plannedMs, ranMs, interruptedIterations, lostSamples = 0, samplesVanished, kind } = ending;
  const runMs = Math.max(plannedMs ?? 0, durationMs);
  const isEarly =
    kind === 'finished' && plannedMs !== null && !endedAtLimit(summary) && ranMs < plannedMs - EARLY_MS;
  return [
    ...leftEditsSentence(ending),
    ...(samplesVanished ? ['its samples vanished, with all that it had measured'] : []),
    ...lateGeneratorSentence(summary),
    ...credentialsSentence(summary),
    ...undoneSentence(ending),
    ...clocksSentence(summary),
    ...waitingClientsSentence(summary),
    // Of samples that are gone nobody knows when they were.
    ...(!samplesVanished && isTooMuch(unmeasured, runMs) ? [unmeasuredSentence(unmeasured)] : []),
    ...(endedAtLimit(summary) ? [] : fallenBehindSentence(summary)),
    ...absentSentence(absentRunners),
    ...(kind === 'cut-off'
      ? [`k6 was still busy after ${formatMoment(ranMs)}, and was ended by this command`]
      : []),
    ...(interruptedIterations === null || interruptedIterations === 0 || endedAtLimit(summary)
      ? []
      : [
          interruptedIterations === 1
            ? '1 iteration was interrupted'
            : `${formatCount(interruptedIterations)} iterations were interrupted`,
        ]),
    ...(lostSamples === 0 ? [] : [`${formatCount(lostSamples)} samples could not be written`]),
    ...(isEarly && plannedMs !== null
      ? [`its users ended early, after ${formatMoment(ranMs)} of ${formatMoment(plannedMs)}`]
      : []),
  ];
}

/** Whoever reads the report has to know first: the target is not what it was. */
function leftEditsSentence({ leftEdits = [] }: Summary['ending']): readonly string[] {
  if (leftEdits.length === 0) return [];
  return [`the target may still be edited (${leftEdits.join(', ')}): the notes say what takes it back`];
}

/** Where a script could not do what it is to measure, nothing of it was measured. */
function undoneSentence({ undone = [] }: Summary['ending']): readonly string[] {
  const [first] = undone;
  if (first === undefined) return [];
  const more = undone.length === 1 ? '' : `, and ${undone.length - 1} more`;
  return [`what the script was to do failed: ${first}${more}`];
}

/** Whole milliseconds of two clocks. */
const CLOCKS_APART_MS = 2;

/** Of messages from a k6 on another machine: what took less than nothing was timed by two clocks. */
function clocksSentence({ metrics }: Summary): readonly string[] {
  const least = metrics.nats_delivery?.all?.min ?? 0;
  if (least >= -CLOCKS_APART_MS) return [];
  return [`the clocks of its machines do not agree, so that a message took ${Math.round(least)} ms`];
}

/** A step that did not go through, whatever the thresholds allow. */
function fallenBehindSentence({ steps }: Summary): readonly string[] {
  const first = steps.find(({ sustained }) => !sustained);
  return first === undefined ? [] : [`at ${formatCount(first.rate)} messages/s delivery fell behind`];
}

function absentSentence(runners: readonly number[]): readonly string[] {
  if (runners.length === 0) return [];
  const [what, verb] = runners.length === 1 ? ['runner', 'is'] : ['runners', 'are'];
  return [`${what} ${runners.join(', ')} of those that shared the run ${verb} not among these`];
}

function unmeasuredSentence(unmeasured: Summary['unmeasured']): string {
  const spans = unmeasured
    .slice(0, TOLD)
    .map(({ fromMs, toMs }) => `from ${formatMoment(fromMs)} to ${formatMoment(toMs)}`);
  const more = unmeasured.length - spans.length;
  const rest = more === 0 ? '' : ` and ${more} more times, ${formatMoment(totalOf(unmeasured))} in all,`;
  return `${spans.join(more === 0 ? ' and ' : ', ')}${rest} nothing was measured`;
}

function endingReasons(summary: Summary): readonly string[] {
  const { ending, k6ExitCode } = summary;
  if (ending.kind === 'interrupted')
    return ['it was interrupted, and figures are of what was measured until then'];
  if (endedAtLimit(summary)) return ['a step beyond the limit ended it'];
  if (!hasFailed(summary)) return [];
  const { failedBecause } = ending;
  if (neverBegan(ending)) return [`k6 could not begin (exit code ${k6ExitCode}): ${failedBecause}`];
  const because = failedBecause === undefined ? '' : ` (${failedBecause})`;
  return [`k6 failed with exit code ${k6ExitCode}${because}; what it had measured until then is here`];
}

function standings(summary: Summary): readonly Standing[] {
  return summary.thresholds.map((threshold) => standingOf(threshold, summary));
}

function thresholdSentence(summary: Summary): string {
  const all = standings(summary);
  const count = (wanted: Standing) => all.filter((standing) => standing === wanted).length;
  const counted = all.length - count('cannot fail');
  const vain = count('cannot fail');
  const suffix =
    vain === 0 ? '' : `, and ${vain} that nothing can cross ${vain === 1 ? 'is' : 'are'} not counted`;
  if (counted === 0) return `the script has no thresholds${vain === 0 ? '' : ' that can be crossed'}`;
  const empty = count('no samples');
  const unjudged = count('not judged');
  const nothing = [
    ...(empty === 0 ? [] : [`, ${empty} had no samples`]),
    ...(unjudged === 0 ? [] : [`, ${unjudged} ${unjudged === 1 ? 'was' : 'were'} not judged`]),
  ].join('');
  if (count('held') === counted)
    return `${counted === 1 ? 'the threshold held' : `all ${counted} thresholds held`}${suffix}`;
  return `${count('held')} of ${counted} thresholds held${nothing}${suffix}${crossedText(summary)}`;
}

/** Which, and what it was: `; crossed: nats_ping p(95)<50 (81.2 ms)`. */
function crossedText(summary: Summary): string {
  const crossed = thresholdRows(summary).filter(({ standing }) => standing === 'crossed');
  if (crossed.length === 0) return '';
  const named = crossed
    .slice(0, TOLD)
    .map(({ metric, expression, value }) => `${metric} ${expression}${value === '' ? '' : ` (${value})`}`);
  const more = crossed.length - named.length;
  return `; crossed: ${named.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}

/** What does not make a run bad, and has to be known. */
function remarks({ ending, metrics }: Summary): readonly string[] {
  const { generatorCpuShare } = ending;
  const dropped = metrics.dropped_iterations?.all?.value ?? 0;
  return [
    ...(generatorCpuShare !== null && generatorCpuShare >= GENERATOR_LIMIT
      ? [
          `k6 itself was at its limit, with ${formatShare(generatorCpuShare)} of the CPU that its users can use: the figures are of the generator too`,
        ]
      : []),
    ...(dropped === 0 ? [] : [`k6 could not begin ${formatCount(dropped)} iterations when they were due`]),
  ];
}

/** `k6` is written small at the beginning of a sentence too. */
export function capitalized(text: string): string {
  return text.startsWith('k6') ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function uncapitalized(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
