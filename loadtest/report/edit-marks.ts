// Where a chart over time shows live edits: a line at each, with what it was.

import type { Series } from './chart-legend.ts';
import { MUTED } from './colours.ts';
import { titleOf } from './edit-rows.ts';
import type { Summary } from './summary.ts';

/** A series of ECharts without points; none of a run without edits. */
export function editMarks({ edits }: Pick<Summary, 'edits'>): readonly Series[] {
  if (edits.length === 0) return [];
  return [
    {
      type: 'line',
      name: 'edits',
      data: [],
      color: MUTED,
      itemStyle: { color: MUTED },
      lineStyle: { color: MUTED, type: 'dotted', width: 1 },
      markLine: {
        silent: true,
        symbol: 'none',
        lineStyle: { color: MUTED, type: 'dotted', width: 1 },
        label: { color: MUTED, fontSize: 10, rotate: 90, position: 'insideEndTop' },
        data: edits.map((edit) => ({ xAxis: edit.atMs, label: { formatter: titleOf(edit) } })),
      },
    },
  ];
}
