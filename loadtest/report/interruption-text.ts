// Gaps and outages in words.

import { inRegionOrder } from '../world-map/region-look.ts';
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
  regions,
}: Pick<Summary, 'gaps' | 'outages' | 'regions'>): readonly string[] {
  const order = regions.map(({ id }) => id);
  return [
    ...told(causesOf(inOrder(gaps, ({ from, to }) => [from, to], order)), causeSentence, 'gaps'),
    ...told(sharedOutages(inOrder(outages, ({ region }) => [region], order)), outageSentence, 'outages'),
  ];
}

/** In order of time; what begins at nearly the same moment in the order of regions. */
function inOrder<T extends Span>(
  all: readonly T[],
  regionsOf: (each: T) => readonly string[],
  order: readonly string[],
): readonly T[] {
  const named = inRegionOrder(new Set(all.flatMap(regionsOf)), order);
  const placesOf = (each: T) => regionsOf(each).map((region) => named.indexOf(region));
  const moments: T[][] = [];
  for (const each of all.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const latest = moments.at(-1);
    if (latest === undefined || each.fromMs - (latest[0]?.fromMs ?? 0) > SAME_MS) moments.push([each]);
    else latest.push(each);
  }
  return moments.flatMap((moment) =>
    moment.toSorted((a, b) => {
      const [first = 0, second = 0] = placesOf(a);
      const [otherFirst = 0, otherSecond = 0] = placesOf(b);
      return first - otherFirst || second - otherSecond || a.fromMs - b.fromMs;
    }),
  );
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
      ([first]) => first !== undefined && first.ofSome === gap.ofSome && isSameTime(first, gap),
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
  const when = `from ${formatMoment(fromMs)} to ${formatMoment(toMs)}`;
  const where = whereText(gaps);
  if (gaps[0]?.ofSome)
    return `${where === '' ? '' : `${where}: `}some clients got nothing for a time, ${when}`;
  return where === '' ? `nothing arrived ${when}` : `${where}: nothing ${when}`;
}

function whereText(gaps: readonly Gap[]): string {
  const ways = [...new Set(gaps.map(wayText))];
  if (ways.length < TOGETHER) return ways.join(', ');
  const count = `${formatCount(ways.length)} pairs`;
  const { from: source = '', to: target = '' } = gaps[0] ?? {};
  if (source !== '' && gaps.every(({ from }) => from === source)) return `${count}, all from ${source}`;
  if (target !== '' && gaps.every(({ to }) => to === target)) return `${count}, all to ${target}`;
  const shared = [source, target].find(
    (region) => region !== '' && gaps.every(({ from, to }) => from === region || to === region),
  );
  if (shared !== undefined) return `${count}, all from or to ${shared}`;
  return `${count} (${ways.slice(0, NAMED).join(', ')} and ${formatCount(ways.length - NAMED)} more)`;
}

/** Empty where a script names neither. */
function wayText({ from, to }: Gap): string {
  if (from === '') return to === '' ? '' : `to ${to}`;
  return to === '' ? `from ${from}` : `${from} to ${to}`;
}

/** Outages of one time, which many regions had: that of the first to begin and the last to end, with the sums of all. */
interface SharedOutage extends Omit<Outage, 'region'> {
  readonly regions: readonly string[];
}

function sharedOutages(outages: readonly Outage[]): readonly SharedOutage[] {
  const groups: Outage[][] = [];
  for (const outage of outages) {
    const group = groups.find(([first]) => first !== undefined && isOneCut(first, outage));
    if (group === undefined) groups.push([outage]);
    else group.push(outage);
  }
  return groups
    .flatMap((group) => (group.length < TOGETHER ? group.map((outage) => [outage]) : [group]))
    .map((group) => {
      const sumOf = (read: (outage: Outage) => number) => group.reduce((sum, each) => sum + read(each), 0);
      return {
        regions: group.map(({ region }) => region),
        fromMs: Math.min(...group.map(({ fromMs }) => fromMs)),
        toMs: Math.max(...group.map(({ toMs }) => toMs)),
        disconnects: sumOf(({ disconnects }) => disconnects),
        returned: sumOf(({ returned }) => returned),
        gone: sumOf(({ gone }) => gone),
        longestMs: Math.max(...group.map(({ longestMs }) => longestMs)),
        goneMs: Math.min(...group.filter(({ gone }) => gone > 0).map(({ goneMs }) => goneMs)),
      };
    });
}

/** Whether they have the same time, and clients came back from both or from neither. */
function isOneCut(a: Outage, b: Outage): boolean {
  return (
    isSameTime(a, b) &&
    a.returned > 0 === b.returned > 0 &&
    a.gone > 0 === b.gone > 0 &&
    (a.fromMs === a.toMs) === (b.fromMs === b.toMs)
  );
}

function isSameTime(a: Span, b: Span): boolean {
  return Math.abs(a.fromMs - b.fromMs) <= SAME_MS && Math.abs(a.toMs - b.toMs) <= SAME_MS;
}

function outageSentence(outage: SharedOutage): string {
  const { regions, fromMs, toMs, disconnects, returned, gone, longestMs, goneMs } = outage;
  const names = regions.map((region) => (region === '' ? 'while connecting' : region));
  const where =
    names.length < TOGETHER ? names.join(', ') : `${formatCount(names.length)} regions (${names.join(', ')})`;
  const lost = `${formatCount(disconnects)} ${disconnects === 1 ? 'connection' : 'connections'} lost`;
  // Of connections that never served anybody, nobody was without service by losing them.
  if (returned === 0 && gone === 0) return `${where}: ${lost} ${whenText({ fromMs, toMs })}`;
  const parts = [
    ...(disconnects === 0 ? [] : [lost]),
    ...(returned === 0 ? [] : [`${formatCount(returned)} back after ${lengthText(longestMs)} at most`]),
    ...(gone === 0 ? [] : [`${formatCount(gone)} never served again, for at least ${lengthText(goneMs)}`]),
  ];
  const inTurn = gone === 0 && returned > 1 && 2 * longestMs < toMs - fromMs ? ', one after the other,' : '';
  return `${where}: clients without service${inTurn} from ${formatMoment(fromMs)} to ${formatMoment(toMs)}, ${parts.join(', ')}`;
}

/** What begins and ends within a tenth of a second has one moment. */
export function whenText({ fromMs, toMs }: Span): string {
  const [from, to] = [formatMoment(fromMs), formatMoment(toMs)];
  return from === to ? `at ${from}` : `from ${from} to ${to}`;
}

export function lengthText(ms: number): string {
  return ms < 1000 ? formatMs(ms) : formatMoment(ms);
}
