// Which goals were met, for people: a line for each goal, whatever the number of rows it is for. Pure.

import type { Goal, Measure } from './result.ts';
import { formatNumber, median, pairedRatio } from './statistics.ts';

/** As good as the floor: 5% is what rounds differ by. */
const NEAR_FLOOR = 0.05;

/** What became of a goal in one row. */
interface Outcome {
  readonly what: string;
  /** The goal as it was held, in words. */
  readonly wanted: string;
  readonly figure: number;
  readonly isMet: boolean;
}

/** A line for each goal: met, or missed and in which rows. Goals of which nothing was measured are absent. */
export function goalLines(measures: readonly Measure[]): readonly string[] {
  const outcomes = measures.flatMap((measure) =>
    measure.goals.flatMap((goal) => outcomeOf(measure, goal) ?? []),
  );
  return [...Map.groupBy(outcomes, ({ wanted }) => wanted)].map(([wanted, rows]) => lineOf(wanted, rows));
}

/** @param figure the ratio, or the median if the goal is not relative to another contestant */
export function isMet({ atLeast, atMost }: Pick<Goal, 'atLeast' | 'atMost'>, figure: number): boolean {
  return figure >= (atLeast ?? Number.NEGATIVE_INFINITY) && figure <= (atMost ?? Number.POSITIVE_INFINITY);
}

/** A goal that the floor misses too is one to be as good as the floor. */
function outcomeOf(measure: Measure, goal: Goal): Outcome | undefined {
  const { of, floor } = goal;
  const floorFigure = floor === undefined ? Number.NaN : figureOf(measure, { ...goal, of: floor });
  if (floor === undefined || Number.isNaN(floorFigure) || isMet(goal, floorFigure))
    return outcome(measure, goal, `${of} ${limitText(goal, measure)}`);
  const { atLeast: _least, atMost: _most, ...names } = goal;
  const near = goal.atLeast === undefined ? { atMost: 1 + NEAR_FLOOR } : { atLeast: 1 - NEAR_FLOOR };
  const instead = { ...names, against: floor, ...near };
  return outcome(
    measure,
    instead,
    `${of} ${limitText(instead, measure)}, which itself misses ${limitText(goal, measure)}`,
  );
}

function outcome(measure: Measure, goal: Goal, wanted: string): Outcome | undefined {
  const figure = figureOf(measure, goal);
  return Number.isNaN(figure)
    ? undefined
    : { what: measure.what, wanted, figure, isMet: isMet(goal, figure) };
}

function figureOf({ samples }: Measure, { of, against }: Goal): number {
  const values = samples[of] ?? [];
  return against === undefined ? median(values) : pairedRatio(values, samples[against] ?? []);
}

function limitText({ against, atLeast, atMost = Number.NaN }: Goal, { unit }: Measure): string {
  const limit = atLeast === undefined ? `at most ${formatNumber(atMost)}` : `at least ${atLeast}`;
  return against === undefined ? `${limit} ${unit}` : `${limit} × ${against}`;
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
