// Gaps and outages in words.

import { formatCount, formatMoment, formatMs } from './format-value.ts';
import { lengthOf, type Span } from './spans.ts';
import type { Gap, Outage, Summary } from './summary.ts';

/** More than these nobody reads; the longest are told. */
const TOLD = 12;

/** Gaps that begin and end within so much of each other have one cause, ms. */
const SAME_MS = 500;

/** So many gaps of one cause are told together, by the names of the first of them. */
const TOGETHER = 4;
const NAMED = 3;

/** One sentence for each, and one for those that are left out. */
export function interruptionSentences({
  gaps,
  outages,
}: Pick<Summary, 'gaps' | 'outages'>): readonly string[] {
  return [...told(causesOf(gaps), causeSentence, 'gaps'), ...told(outages, outageSentence, 'outages')];
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

/** Gaps of one time, which is that of the first to begin and the last to end. */
interface Cause extends Span {
  readonly gaps: readonly Gap[];
}

function causesOf(gaps: readonly Gap[]): readonly Cause[] {
  const groups: Gap[][] = [];
  for (const gap of gaps) {
    const group = groups.find(
      ([first]) =>
        first !== undefined &&
        Math.abs(first.fromMs - gap.fromMs) <= SAME_MS &&
        Math.abs(first.toMs - gap.toMs) <= SAME_MS,
    );
    if (group === undefined) groups.push([gap]);
    else group.push(gap);
  }
  return groups
    .flatMap((group) => (group.length < TOGETHER ? group.map((gap) => [gap]) : [group]))
    .map((group) => ({
      gaps: group,
      fromMs: Math.min(...group.map(({ fromMs }) => fromMs)),
      toMs: Math.max(...group.map(({ toMs }) => toMs)),
    }));
}

function causeSentence({ gaps, fromMs, toMs }: Cause): string {
  return `${whereText(gaps)}: nothing from ${formatMoment(fromMs)} to ${formatMoment(toMs)}`;
}

function whereText(gaps: readonly Gap[]): string {
  const ways = gaps.map(({ from, to }) => (from === '' ? `to ${to}` : `${from} to ${to}`));
  if (ways.length < TOGETHER) return ways.join(', ');
  const count = `${formatCount(ways.length)} pairs`;
  const shared = [gaps[0]?.from, gaps[0]?.to].find((region) =>
    gaps.every(({ from, to }) => from === region || to === region),
  );
  if (shared !== undefined && shared !== '') return `${count}, all from or to ${shared}`;
  return `${count} (${ways.slice(0, NAMED).join(', ')} and ${formatCount(ways.length - NAMED)} more)`;
}

function outageSentence(outage: Outage): string {
  const { region, fromMs, toMs, disconnects, returned, gone, longestMs, goneMs } = outage;
  const where = region === '' ? 'no region known' : region;
  const lost = `${formatCount(disconnects)} ${disconnects === 1 ? 'connection' : 'connections'} lost`;
  if (fromMs === toMs) return `${where}: ${lost} at ${formatMoment(fromMs)}`;
  const parts = [
    ...(disconnects === 0 ? [] : [lost]),
    ...(returned === 0 ? [] : [`${formatCount(returned)} back after ${lengthText(longestMs)} at most`]),
    ...(gone === 0 ? [] : [`${formatCount(gone)} never served again, for at least ${lengthText(goneMs)}`]),
  ];
  return `${where}: clients without service from ${formatMoment(fromMs)} to ${formatMoment(toMs)}, ${parts.join(', ')}`;
}

export function lengthText(ms: number): string {
  return ms < 1000 ? formatMs(ms) : formatMoment(ms);
}
