// How charts look, and how one is drawn. The colours of ink, lines and paper are single values that the page's style
// replaces in dark mode; those of series are visible on light and on dark.

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

export const INK = '#1c2733';
export const MUTED = '#5d6b7a';
export const LINE = '#dfe5ea';
export const PAPER = '#ffffff';

/** Of what is not a region; the colour-blind can tell them apart too (Okabe and Ito). */
export const SERIES_COLOURS = [
  '#0b84c6',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#8a7ff0',
  '#7c8896',
];

/** From usual to rare. */
export const PERCENTILE_COLOURS = ['#2f93ba', '#f0b429', '#d0487f'];

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const WIDTH = 640;
const HEIGHT = 320;

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
  readonly option: EChartsCoreOption;
}

export function drawChart({ name, title, colours, option }: ChartSpec): Chart {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
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
      legend: {
        top: 34,
        left: 4,
        type: 'plain',
        icon: 'roundRect',
        itemWidth: 12,
        itemHeight: 8,
        itemGap: 16,
        textStyle: { color: MUTED, fontFamily: FONT },
      },
      grid: {
        left: 12,
        right: 24,
        top: 84,
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
export function line(name: string, data: readonly (number | null)[], extra: object = {}): object {
  return {
    type: 'line',
    name,
    data: [...data],
    showSymbol: data.length < 3,
    lineStyle: { width: 2 },
    ...extra,
  };
}
