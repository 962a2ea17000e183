// A comparison as a page: the conclusion, both runs' medians over time in one chart, and every figure.

import { type Chart, drawChart, line, timeAxis, valueAxis } from '../chart-style.ts';
import { chartFigure, html, pageOf, section, table } from '../page.ts';
import type { Slice, Summary } from '../summary.ts';
import { nameOf } from '../text-report.ts';
import type { Comparison } from './compare.ts';
import { changeText, conclusionsOf, pText, valuesText } from './compare-text.ts';

const BEFORE_AND_AFTER = ['#7c8896', '#e2622b'];

export function comparisonPage(comparison: Comparison, before: Summary, after: Summary): string {
  const { differences, script, profile, warnings } = comparison;
  const charts = overlays(comparison, before, after);
  const body = html`
<h1>${script} <span class="muted">${profile}, two runs</span></h1>
${conclusionsOf(comparison).map((conclusion) => html`<p><span class="${conclusion.includes(' is worse ') ? 'bad' : 'good'}">${conclusion}</span></p>`)}
<p class="muted">Before: ${before.startedAt}, Meridian ${before.versions.meridian}. After: ${after.startedAt}, Meridian ${after.versions.meridian}.</p>
${warnings.map((warning) => html`<p class="warn">Note: ${warning}</p>`)}
${section('Over time', charts.length === 0 ? undefined : html`<div class="charts">${charts.map(chartFigure)}</div>`)}
${section(
  'Every figure',
  table(
    ['', 'in', 'before', 'after', 'change', 'p', ''],
    differences.map((difference) => [
      `${nameOf(difference.metric)} ${difference.figure}`,
      difference.series,
      ...valuesText(difference),
      changeText(difference),
      pText(difference.p),
      html`<span class="${{ worse: 'bad', better: 'good' }[difference.verdict as string] ?? 'muted'}">${difference.verdict}</span>`,
    ]),
  ),
)}`;
  return pageOf(`${script}: two runs compared`, body);
}

/** The medians of each series that was compared. */
function overlays({ differences }: Comparison, before: Summary, after: Summary): readonly Chart[] {
  return differences
    .filter(({ figure, pairs }) => figure === 'p50' && pairs > 1)
    .map(({ metric, series }) => {
      const sliceMs = Math.max(before.timeSeries.sliceMs, after.timeSeries.sliceMs);
      const a = medians(before, metric, series, sliceMs);
      const b = medians(after, metric, series, sliceMs);
      return drawChart({
        name: `${metric}-${series}`,
        title: `${nameOf(metric)}, median, ${series === 'all' ? 'over all' : series}`,
        colours: BEFORE_AND_AFTER,
        option: {
          xAxis: timeAxis(Math.max(a.length, b.length), sliceMs),
          yAxis: valueAxis('ms'),
          series: [line('before', a), line('after', b)],
        },
      });
    });
}

function medians(
  { timeSeries }: Summary,
  metric: string,
  ...[series, sliceMs]: readonly [series: string, sliceMs: number]
): readonly (number | null)[] {
  const slices: readonly (Slice | null)[] = timeSeries.metrics[metric]?.[series] ?? [];
  const every = sliceMs / timeSeries.sliceMs;
  return slices.filter((_, index) => index % every === 0).map((slice) => slice?.p50 ?? null);
}
