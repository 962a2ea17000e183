// Gaps and outages in words.

import { formatCount, formatMoment, formatMs } from './format-value.ts';
import { lengthOf, type Span } from './spans.ts';
import type { Gap, Outage, Summary } from './summary.ts';

/** More than these nobody reads; the longest are told. */
const TOLD = 12;

/** One sentence for each, and one for those that are left out. */
export function interruptionSentences({
  gaps,
  outages,
}: Pick<Summary, 'gaps' | 'outages'>): readonly string[] {
  return [...told(gaps, gapSentence, 'gaps'), ...told(outages, outageSentence, 'outages')];
}

function told<T extends Span>(
  all: readonly T[],
  sentenceOf: (each: T) => string,
  what: string,
): readonly string[] {
  const longest = new Set(all.toSorted((a, b) => lengthOf(b) - lengthOf(a)).slice(0, TOLD));
  const sentences = all.filter((each) => longest.has(each)).map(sentenceOf);
  const rest = all.length - sentences.length;
  return rest === 0 ? sentences : [...sentences, `and ${formatCount(rest)} shorter ${what}`];
}

function gapSentence({ from, to, fromMs, toMs }: Gap): string {
  const way = from === '' ? `to ${to}` : `${from} to ${to}`;
  return `${way}: nothing from ${formatMoment(fromMs)} to ${formatMoment(toMs)}`;
}

function outageSentence({ region, fromMs, toMs, disconnects, returned, gone, longestMs }: Outage): string {
  const where = region === '' ? 'no region known' : region;
  const lost = `${formatCount(disconnects)} ${disconnects === 1 ? 'connection' : 'connections'} lost`;
  if (fromMs === toMs) return `${where}: ${lost} at ${formatMoment(fromMs)}`;
  const back = [
    ...(returned === 0 ? [] : [`${formatCount(returned)} back after ${formatMs(longestMs)} at most`]),
    ...(gone === 0 ? [] : [`${formatCount(gone)} never served again`]),
  ];
  return `${where}: clients without service from ${formatMoment(fromMs)} to ${formatMoment(toMs)}, ${[lost, ...back].join(', ')}`;
}
