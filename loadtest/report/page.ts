// The frame of our HTML pages: one file that loads nothing else, readable in light and dark mode and on paper.

import { escapeXml } from '../world-map/escape-xml.ts';
import type { Chart } from './chart-style.ts';
import { INK, LINE, MUTED, PAPER, PATTERN_COLOURS, PERCENTILE_COLOURS, UNMEASURED } from './colours.ts';

/** Markup, as opposed to text, which may contain anything and is escaped. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

export type HtmlValue = Html | string | number | undefined | readonly Html[];

/** Markup with its values escaped, apart from those that are markup. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(strings.map((part, index) => part + markupOf(values[index])).join(''));
}

function markupOf(value: HtmlValue): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(markupOf).join('\n');
  return escapeXml(String(value));
}

/** A whole page. */
export function pageOf(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body><main>
${body}
</main></body>
</html>
`.markup;
}

export function chartFigure({ isMap, title, svg }: Chart): Html {
  return html`<figure class="${isMap ? 'chart wide' : 'chart'}" role="img" aria-label="${title}">${new Html(svg)}</figure>`;
}

/** A table whose first column names the row. */
export function table(head: readonly string[], rows: readonly (readonly HtmlValue[])[]): Html {
  return html`<div class="scroll"><table>
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ([first, ...rest]) =>
    html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`,
)}
</tbody></table></div>`;
}

/** Nothing if there is nothing to show. */
export function section(title: string, ...content: readonly (Html | undefined)[]): Html {
  const parts = content.filter((part) => part !== undefined && part.markup !== '');
  return parts.length === 0
    ? new Html('')
    : html`<section><h2>${title}</h2>${parts as readonly Html[]}</section>`;
}

/** On dark the rare is the brightest, as it is the darkest on light. */
const DARK_PERCENTILES = ['#566a7d', '#8ea3b6', '#d5e0ea'];

const STYLE = `
:root{--ink:${INK};--muted:${MUTED};--line:${LINE};--paper:${PAPER};--ground:#f5f7f9;--good:#11734b;--bad:#b3261e;--warn:#8a5a00}
@media (prefers-color-scheme:dark){:root{--ink:#e8eef4;--muted:#a3b1bf;--line:#33404d;--paper:#182129;--ground:#10161c;--good:#57c794;--bad:#ff8a80;--warn:#f0b95a}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1280px;margin:0 auto;padding:28px 20px 60px}
h1{font-size:28px;line-height:1.2;margin:0 0 4px}h2{font-size:18px;margin:36px 0 12px}
p{margin:4px 0}.muted{color:var(--muted)}.question{font-size:17px;max-width:70ch}
.answer{font-size:19px;line-height:1.4;font-weight:600;max-width:80ch;margin:14px 0 6px}.told{margin:0;padding-left:20px}.told li{margin:2px 0}
.verdict{display:inline-block;margin:14px 0 6px;padding:6px 14px;border-radius:6px;border:1px solid currentColor;font-weight:650;background:var(--paper)}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin-top:18px}
.card{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:12px 14px}
.card b{display:block;font-size:22px;line-height:1.25;font-variant-numeric:tabular-nums}.card span{color:var(--muted);font-size:13px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,520px),1fr));gap:14px}
.chart{margin:0;background:var(--paper);border:1px solid var(--line);border-radius:8px;overflow-x:auto;overflow-y:hidden}
.chart.wide{grid-column:1/-1}.chart.wide+.chart.wide{margin-top:14px}.chart svg{display:block;width:100%;height:auto}
@media (max-width:640px){.chart svg{min-width:540px}.chart.wide svg{min-width:840px}}
.scroll{overflow-x:auto;background:var(--paper);border:1px solid var(--line);border-radius:8px}
details{margin-top:12px}summary{cursor:pointer;color:var(--muted);margin-bottom:8px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:14px}
th,td{padding:6px 12px;text-align:right;border-top:1px solid var(--line);white-space:nowrap}
thead th{border-top:0;color:var(--muted);font-weight:600}th[scope=row],thead th:first-child,td.text{text-align:left;font-weight:500}
td.text{white-space:normal}
.heat td{border:1px solid var(--line)}code{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
@media (prefers-color-scheme:dark){
.chart [fill="${INK}"]{fill:var(--ink)}.chart [fill="${MUTED}"]{fill:var(--muted)}.chart [fill="${PAPER}"]{fill:var(--paper)}
.chart [fill="${UNMEASURED}"]{fill:#2b3641}.chart [stroke="${PATTERN_COLOURS.outage}"]{stroke:#9a4e49}.chart [stroke="${PATTERN_COLOURS.gap}"]{stroke:#8a6a2b}
${PERCENTILE_COLOURS.map((colour, index) => `.chart [fill="${colour}"]{fill:${DARK_PERCENTILES[index]}}`).join('')}
.chart [stroke="${LINE}"]{stroke:var(--line)}.chart [stroke="${MUTED}"]{stroke:var(--muted)}
.chart .world-map text{fill:var(--ink)}.chart .world-map .score{fill:var(--muted)}.chart .world-map .paper{fill:var(--paper)}
.chart .world-map .sea{fill:#1d2a35}.chart .world-map .land{fill:#33414d;stroke:#4d5d6b}.chart .world-map .border{stroke:#46555f}.chart .world-map .frame{stroke:#4d5d6b}
.chart .world-map .region{fill:#e8eef4;stroke:#182129}.chart .world-map .id{stroke:#182129}.chart .world-map .client{stroke:#10161c}.chart .world-map .time{stroke:#182129}}
@media print{body{background:#fff}.chart,.card,.scroll{break-inside:avoid}}
`;
