// How charts look, and how one is drawn.

import { BarChart, LineChart } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
} from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { legendOf, type Series } from './chart-legend.ts';
import { INK, LINE, MUTED, PAPER } from './colours.ts';

use([
  BarChart,
  LineChart,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
  SVGRenderer,
]);

/** Names in single quotes: it stands in attributes. */
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const WIDTH = 640;

/** Of what lies above the legend, and of the chart itself with its labels. */
const LEGEND_TOP = 34;
const PLOT_HEIGHT = 250;

export interface Chart {
  /** Of its file. */
  readonly name: string;
  readonly title: string;
  readonly svg: string;
  /** As wide as the page. */
  readonly isMap?: true;
}

export interface ChartSpec {
  readonly name: string;
  readonly title: string;
  readonly colours: readonly string[];
  readonly option: EChartsCoreOption & { readonly series: readonly Series[] };
}

export function drawChart({ name, title, colours, option }: ChartSpec): Chart {
  const legend = legendOf(option.series, {
    left: 12,
    top: LEGEND_TOP,
    width: WIDTH - 24,
    textStyle: { color: MUTED, fontFamily: FONT },
  });
  const top = LEGEND_TOP + legend.height + 10;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: top + PLOT_HEIGHT });
  try {
    chart.setOption({
      animation: false,
      color: [...colours],
      backgroundColor: PAPER,
      textStyle: { fontFamily: FONT, color: MUTED },
      title: {
        text: title,
        left: 8,
        top: 6,
        textStyle: { color: INK, fontSize: 15, fontWeight: 600, fontFamily: FONT },
      },
      legend: [...legend.options],
      grid: {
        left: 12,
        right: 24,
        top,
        bottom: 12,
        outerBoundsMode: 'same',
        outerBoundsContain: 'axisLabel',
      },
      ...option,
    });
    return { name, title, svg: withoutHover(chart.renderToSVGString({ useViewBox: true })) };
  } finally {
    chart.dispose();
  }
}

/** ECharts adds CSS rules for a mouse, which are useless in a picture and would apply to the whole page. */
function withoutHover(svg: string): string {
  return svg
    .replace(/<style\s*>[\s\S]*?<\/style>/g, '')
    .replace(/ (?:class="zr[^"]*"|ecmeta_[a-z_]+="[^"]*"|pointer-events="[^"]*")/g, '');
}

/** An axis of numbers, each with its unit. */
export function valueAxis(format: (value: number) => string): object {
  return {
    type: 'value',
    axisLabel: { color: MUTED, formatter: format },
    splitLine: { lineStyle: { color: LINE } },
    axisLine: { lineStyle: { color: LINE } },
  };
}

/** Of an axis. */
export function msText(value: number): string {
  return `${value.toLocaleString('en')} ms`;
}

export function categoryAxis(data: readonly string[]): object {
  return {
    type: 'category',
    data: [...data],
    axisLabel: { color: MUTED },
    axisLine: { lineStyle: { color: LINE } },
    axisTick: { show: false },
  };
}

/** A line over categories, such as offered rates. */
export function line(name: string, data: readonly (number | null)[], extra: object = {}): Series {
  return {
    type: 'line',
    name,
    data: [...data],
    showSymbol: data.length < 3,
    lineStyle: { width: 2 },
    ...extra,
  };
}
