// The last day as the collector has it, as moments that the map can show and series for the charts beside it. Pure.

import type { MetricsHistory } from '../../../api/metrics.ts';
import type { RegionView } from '../../../api/regions.ts';
import { SEEN_STATES, type SeenState } from '../../../api/states.ts';

export type Recording = MetricsHistory;

/** A region at a moment; null where nothing was recorded. */
export interface RegionThen {
  readonly id: string;
  readonly state: SeenState | null;
  readonly clients: number | null;
}

/** @param regions those that the map shows now */
export function regionsAt(
  { fields, points }: Recording,
  moment: number,
  regions: readonly Pick<RegionView, 'id'>[],
): readonly RegionThen[] {
  const point = points[moment];
  return regions.map(({ id }) => {
    const figures = point?.regions[id] ?? null;
    const figure = (name: string) => figures?.[fields.indexOf(name)] ?? null;
    return { id, state: stateOf(figures, figure('state'), figure('inMsgs')), clients: figure('clients') };
  });
}

/** As a number it is an index of the states; without one, a region whose server told of itself was up. */
function stateOf(
  figures: readonly (number | null)[] | null,
  state: number | null,
  told: number | null,
): SeenState | null {
  if (state !== null) return SEEN_STATES[state] ?? null;
  if (figures === null) return null;
  return told === null ? 'asleep' : 'up';
}

/** What a chart draws of each region: seconds since the epoch, and a line for each region. */
export interface Series {
  readonly seconds: readonly number[];
  readonly lines: ReadonlyMap<string, readonly (number | null)[]>;
}

export function gauge(recording: Recording, field: string, regions: readonly string[]): Series {
  const index = recording.fields.indexOf(field);
  return seriesOf(recording, regions, (id, n) => recording.points[n]?.regions[id]?.[index] ?? null);
}

/** In so many seconds, between each moment and the one before; null where a counter began again or is unknown. */
export function rates(recording: Recording, field: string, regions: readonly string[], seconds = 1): Series {
  const index = recording.fields.indexOf(field);
  const { points } = recording;
  return seriesOf(recording, regions, (id, n) => {
    const [before, after] = [points[n - 1], points[n]];
    const [from, to] = [before?.regions[id]?.[index] ?? null, after?.regions[id]?.[index] ?? null];
    if (before === undefined || after === undefined || from === null || to === null || to < from) return null;
    return ((to - from) * seconds * 1_000) / (after.at - before.at);
  });
}

function seriesOf(
  { points }: Recording,
  regions: readonly string[],
  figureOf: (id: string, moment: number) => number | null,
): Series {
  return {
    seconds: points.map(({ at }) => at / 1_000),
    lines: new Map(regions.map((id) => [id, points.map((_, n) => figureOf(id, n))])),
  };
}

/** The moment that is nearest to a time. @param at ms since the epoch */
export function momentAt({ points }: Recording, at: number): number {
  let nearest = 0;
  for (const [n, point] of points.entries()) {
    if (Math.abs(point.at - at) < Math.abs((points[nearest]?.at ?? 0) - at)) nearest = n;
  }
  return nearest;
}
