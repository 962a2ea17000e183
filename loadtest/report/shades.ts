// What charts over time have behind their lines: the times in which service was interrupted or nothing was measured. Each
// kind has a pattern of its own, which is still told apart where several lie over one another, and is the same in the legend.

import type { Series } from './chart-legend.ts';
import { PATTERN_COLOURS, UNMEASURED } from './chart-style.ts';
import { lengthOf, type Span, union } from './spans.ts';
import type { Summary } from './summary.ts';
import { timesWithoutService } from './times-without-service.ts';

/** A shade is at least this wide, as a share of the axis: a moment has to be seen too. */
const MIN_SHADE = 0.005;

/** Pixels, of a pattern. */
const TILE = 10;

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
    look: patterned(PATTERN_COLOURS.outage, {
      d: `M-1,1L1,-1M0,${TILE}L${TILE},0M${TILE - 1},${TILE + 1}L${TILE + 1},${TILE - 1}`,
      'stroke-width': 1.2,
    }),
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
  return SHADES.flatMap(({ name, look, spansOf }) => {
    const spans = union(spansOf(summary).map((span) => widened(span, endMs)));
    return spans.length === 0
      ? []
      : [
          {
            type: 'line' as const,
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
  });
}

function widened(span: Span, endMs: number): Span {
  const missing = Math.max(0, MIN_SHADE * endMs - lengthOf(span));
  return { fromMs: span.fromMs - missing / 2, toMs: Math.min(endMs, span.toMs + missing / 2) };
}
