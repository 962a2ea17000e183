// What charts over time have behind their lines: the times in which service was interrupted or nothing was measured. Each
// kind has a pattern of its own, which is still told apart where several lie over one another, and is the same in the legend.

import type { Series } from './chart-legend.ts';
import { PATTERN_COLOURS, UNMEASURED } from './colours.ts';
import { lengthOf, type Span, union } from './spans.ts';
import type { Summary } from './summary.ts';
import { timesWithoutService } from './times-without-service.ts';

/** A shade is at least this wide, as a share of the axis: a moment has to be seen too. */
const MIN_SHADE = 0.005;

/** Pixels, of a pattern. */
const TILE = 10;

/** Lines from the lower left to the upper right, and from the upper left to the lower right. */
const RISING = `M-1,1L1,-1M0,${TILE}L${TILE},0M${TILE - 1},${TILE + 1}L${TILE + 1},${TILE - 1}`;
const FALLING = `M-1,${TILE - 1}L1,${TILE + 1}M0,0L${TILE},${TILE}M${TILE - 1},-1L${TILE + 1},1`;
const HATCH = { 'stroke-width': 1.2 };

interface Shade {
  readonly name: string;
  readonly look: object;
  readonly spansOf: (summary: Summary) => readonly Span[];
}

/** From the lowest to the uppermost. */
const SHADES: readonly Shade[] = [
  { name: 'not measured', look: { color: UNMEASURED }, spansOf: ({ unmeasured }) => unmeasured },
  {
    name: 'clients without service',
    look: patterned(PATTERN_COLOURS.outage, { d: RISING, ...HATCH }),
    spansOf: timesWithoutService,
  },
  {
    name: 'nothing between two regions',
    look: patterned(PATTERN_COLOURS.gap, {
      d: `M${TILE / 4},${TILE / 4}h.01`,
      'stroke-width': 3,
      'stroke-linecap': 'round',
    }),
    spansOf: ({ gaps }) => gaps,
  },
];

/** Lines of one colour on nothing, with an edge. */
function patterned(colour: string, lines: object): object {
  const attrs = { fill: 'none', stroke: colour, ...lines };
  return {
    color: { svgElement: { tag: 'path', attrs }, svgWidth: TILE, svgHeight: TILE },
    borderColor: colour,
    borderWidth: 1,
  };
}

/** Series of ECharts without points that only shade, each with its entry in the legend. */
export function shades(summary: Summary, endMs: number): readonly Series[] {
  return SHADES.flatMap(({ name, look, spansOf }) => shadeOf({ name, look }, spansOf(summary), endMs));
}

/** All kinds as one, of a run beside another. */
export function interruptionShade(
  summary: Summary,
  {
    name,
    colour,
    lines,
  }: { readonly name: string; readonly colour: string; readonly lines: 'rising' | 'falling' },
  endMs: number,
): readonly Series[] {
  const look = patterned(colour, { d: lines === 'rising' ? RISING : FALLING, ...HATCH });
  return shadeOf(
    { name, look },
    SHADES.flatMap(({ spansOf }) => spansOf(summary)),
    endMs,
  );
}

function shadeOf(
  { name, look }: Pick<Shade, 'name' | 'look'>,
  found: readonly Span[],
  endMs: number,
): readonly Series[] {
  if (found.length === 0) return [];
  const spans = union(found.map((span) => widened(span, endMs)));
  return [
    {
      type: 'line',
      name,
      data: [],
      z: 0,
      itemStyle: look,
      markArea: {
        silent: true,
        itemStyle: look,
        data: spans.map(({ fromMs, toMs }) => [{ xAxis: fromMs }, { xAxis: toMs }]),
      },
    },
  ];
}

function widened(span: Span, endMs: number): Span {
  const missing = Math.max(0, MIN_SHADE * endMs - lengthOf(span));
  return { fromMs: span.fromMs - missing / 2, toMs: Math.min(endMs, span.toMs + missing / 2) };
}
