// A comparison as a page: the conclusion, both runs' medians over time in one chart, and every figure.

import type { Series } from '../chart-legend.ts';
import { type Chart, drawChart, msText, valueAxis } from '../chart-style.ts';
import { chartFigure, type Html, html, pageOf, section, table } from '../page.ts';
import { interruptionShade } from '../shades.ts';
import type { Summary } from '../summary.ts';
import { nameOf } from '../text-report.ts';
import { endOf, timeAxis, timeLine } from '../time-axis.ts';
import type { Comparison, Difference, Verdict } from './compare.ts';
import {
  changeText,
  conclusionsOf,
  divided,
  pText,
  untoldTexts,
  valuesText,
  verdictText,
} from './compare-text.ts';

const BEFORE_COLOUR = '#7c8896';
const AFTER_COLOUR = '#e2622b';

export function comparisonPage(comparison: Comparison, before: Summary, after: Summary): string {
  const { script, profile, warnings } = comparison;
  const { told, untold } = divided(comparison);
  const charts = overlays(comparison, before, after);
  const body = html`
<h1>${script} <span class="muted">${profile}, two runs</span></h1>
${conclusionsOf(comparison).map((conclusion) => html`<p><span class="${/ is worse[ :]/.test(conclusion) ? 'bad' : 'good'}">${conclusion}</span></p>`)}
<p class="muted">Before: ${before.startedAt}, Meridian ${before.versions.meridian}. After: ${after.startedAt}, Meridian ${after.versions.meridian}.</p>
${warnings.map((warning) => html`<p class="warn">Note: ${warning}</p>`)}
${section('Over time', charts.length === 0 ? undefined : html`<div class="charts">${charts.map(chartFigure)}</div>`)}
${section('Compared', told.length === 0 ? undefined : figures(told))}
${section('Not compared', untold.length === 0 ? undefined : html`<details><summary>${untoldTexts(untold).join('. ')}</summary>${figures(untold)}</details>`)}`;
  return pageOf(`${script}: two runs compared`, body);
}

function figures(differences: readonly Difference[]): Html {
  return table(
    ['', 'in', 'before', 'after', 'change', 'p', ''],
    differences.map((difference) => [
      `${nameOf(difference.metric)} ${difference.figure}`,
      difference.series,
      ...valuesText(difference),
      changeText(difference),
      pText(difference.p),
      html`<span class="${COLOURS[difference.verdict]}">${verdictText(difference)}</span>`,
    ]),
  );
}

const COLOURS: Readonly<Record<Verdict, string>> = {
  worse: 'bad',
  better: 'good',
  same: 'muted',
  'too little data': 'muted',
  'only before': 'warn',
  'only after': 'warn',
};

/** The medians of each series that was compared. */
function overlays({ differences }: Comparison, before: Summary, after: Summary): readonly Chart[] {
  const endMs = Math.max(endOf(before), endOf(after));
  const shaded = [
    ...interruptionShade(
      before,
      { name: 'interrupted before', colour: BEFORE_COLOUR, lines: 'rising' },
      endMs,
    ),
    ...interruptionShade(after, { name: 'interrupted after', colour: AFTER_COLOUR, lines: 'falling' }, endMs),
  ];
  return differences
    .filter(({ figure, pairs }) => figure === 'p50' && pairs > 1)
    .map(({ metric, series }) =>
      drawChart({
        name: `${metric}-${series}`,
        title: `${nameOf(metric)}, median, ${series === 'all' ? 'over all' : series}`,
        colours: [BEFORE_COLOUR, AFTER_COLOUR],
        option: {
          xAxis: timeAxis(endMs),
          yAxis: valueAxis(msText),
          series: [
            medians(before, metric, { name: 'before', series, colour: BEFORE_COLOUR }),
            medians(after, metric, { name: 'after', series, colour: AFTER_COLOUR }),
            ...shaded,
          ],
        },
      }),
    );
}

function medians(
  { timeSeries: { metrics, sliceMs } }: Summary,
  metric: string,
  { name, series, colour }: { readonly name: string; readonly series: string; readonly colour: string },
): Series {
  const slices = metrics[metric]?.[series] ?? [];
  return timeLine({ name, slices, sliceMs, kind: 'time', read: ({ p50 }) => p50, colour });
}
