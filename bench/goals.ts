// Which goals were met, for people: a line for each goal, whatever the number of rows it is for. A goal that the platform
// itself misses is nobody's to meet: there Meridian is held against the platform, and is judged once. Pure.

import type { Goal, Measure } from './result.ts';
import { formatNumber, median, pairedRatio } from './statistics.ts';

/** As good as the floor: 5% is what rounds differ by. */
const NEAR_FLOOR = 0.05;

/** What became of a goal in one row. */
interface Outcome {
  readonly what: string;
  /** The goal as it was judged, in words. */
  readonly wanted: string;
  readonly figure: number;
  readonly isMet: boolean;
}

/**
 * A line for each goal: met, or missed and in which rows; then those that are out of reach, and in how many. Goals of which
 * nothing was measured are absent.
 */
export function goalLines(measures: readonly Measure[]): readonly string[] {
  const goals = measures.flatMap((measure) => measure.goals.map((goal) => ({ measure, goal })));
  const outcomes = goals.flatMap(({ measure, goal }) => outcomeOf(measure, withinReach(measure, goal)) ?? []);
  const beyond = goals.flatMap(({ measure, goal }) =>
    isBeyondFloor(measure, goal)
      ? [`${wantedOf(measure, goal)}, which ${goal.floor} misses there itself`]
      : [],
  );
  return [
    ...[...Map.groupBy(outcomes, ({ wanted }) => wanted)].map(([wanted, rows]) => lineOf(wanted, once(rows))),
    ...[...Map.groupBy(beyond, (text) => text)].map(
      ([text, { length }]) => `out of reach in ${length} ${length === 1 ? 'row' : 'rows'}: ${text}`,
    ),
  ];
}

/** @param figure the ratio, or the median if the goal is not relative to another contestant */
export function isMet({ atLeast, atMost }: Pick<Goal, 'atLeast' | 'atMost'>, figure: number): boolean {
  return figure >= (atLeast ?? Number.NEGATIVE_INFINITY) && figure <= (atMost ?? Number.POSITIVE_INFINITY);
}

function isBeyondFloor(measure: Measure, goal: Goal): boolean {
  if (goal.floor === undefined) return false;
  const figure = figureOf(measure, { ...goal, of: goal.floor });
  return !Number.isNaN(figure) && !isMet(goal, figure);
}

/** A goal that the floor misses too is one to be as good as the floor. */
function withinReach(measure: Measure, goal: Goal): Goal {
  const { of, floor } = goal;
  if (floor === undefined || !isBeyondFloor(measure, goal)) return goal;
  const near = goal.atLeast === undefined ? { atMost: 1 + NEAR_FLOOR } : { atLeast: 1 - NEAR_FLOOR };
  return { of, against: floor, ...near };
}

function outcomeOf(measure: Measure, goal: Goal): Outcome | undefined {
  const figure = figureOf(measure, goal);
  return Number.isNaN(figure)
    ? undefined
    : { what: measure.what, wanted: wantedOf(measure, goal), figure, isMet: isMet(goal, figure) };
}

/** A row may have the same goal by itself and in place of one that is out of reach. */
function once(rows: readonly Outcome[]): readonly Outcome[] {
  return [...new Map(rows.map((row) => [row.what, row])).values()];
}

function wantedOf(measure: Measure, goal: Goal): string {
  return `${goal.of} ${limitText(goal, measure)}`;
}

function figureOf({ samples }: Measure, { of, against }: Goal): number {
  const values = samples[of] ?? [];
  return against === undefined ? median(values) : pairedRatio(values, samples[against] ?? []);
}

function limitText({ against, atLeast, atMost = Number.NaN }: Goal, { unit }: Measure): string {
  const limit = atLeast === undefined ? `at most ${formatNumber(atMost)}` : `at least ${atLeast}`;
  if (against !== undefined) return `${limit} × ${against}`;
  return unit === 'count' ? limit : `${limit} ${unit}`;
}

function lineOf(wanted: string, rows: readonly Outcome[]): string {
  const missed = rows.filter((row) => !row.isMet);
  const named = (some: readonly Outcome[]) =>
    some.map(({ what, figure }) => `${what} (${formatNumber(figure)})`).join(', ');
  if (missed.length > 0) {
    const where = rows.length === 1 ? '' : ` in ${missed.length} of ${rows.length} rows`;
    return `MISSED${where}: ${wanted}: ${named(missed)}`;
  }
  if (rows.length === 1) return `met: ${wanted}: ${named(rows)}`;
  const figures = rows.map(({ figure }) => figure);
  const spread = `${formatNumber(Math.min(...figures))} to ${formatNumber(Math.max(...figures))}`;
  return `met in all ${rows.length} rows: ${wanted}: ${spread}`;
}
