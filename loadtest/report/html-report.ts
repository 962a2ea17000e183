// The page of a run: the question, the answer, the verdict, the key figures, what was interrupted, the map, charts, tables, and how it was measured.

import { ackRateTable } from './ack-rates.ts';
import { activityTable } from './activities.ts';
import { answerOf, hasMeaningfulMemory } from './answer.ts';
import type { Chart } from './chart-style.ts';
import { landedRows, newcomerRows } from './crowd-rows.ts';
import { editRows } from './edit-rows.ts';
import { failureSentences } from './failure-text.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMs,
  formatShare,
  formatValue,
  unitOf,
} from './format-value.ts';
import { cityTable, pairTable, regionTables, sizeTable, stepTable } from './html-tables.ts';
import { interruptionSentences } from './interruption-text.ts';
import { chartFigure, type Html, html, pageOf, section, table } from './page.ts';
import type { Summary } from './summary.ts';
import { type ThresholdRow, thresholdRows } from './threshold-text.ts';
import type { Standing } from './thresholds.ts';
import { isGreen, type Outcome, outcomeOf, verdictOf } from './verdict.ts';

const COLOURS: Readonly<Record<Outcome, string>> = {
  passed: 'good',
  crossed: 'bad',
  failed: 'bad',
  'not measured': 'bad',
  interrupted: 'warn',
  'no thresholds': 'muted',
};

export function htmlReport(summary: Summary, charts: readonly Chart[]): string {
  const { script, profile, thresholds, notes } = summary;
  const maps = charts.filter(({ isMap }) => isMap);
  const others = charts.filter(({ isMap }) => !isMap);
  const body = html`
<header>
<h1>${script} <span class="muted">${profile}</span></h1>
<p class="question">${summary.question}</p>
${lead(summary)}
<p class="muted">${circumstances(summary)}</p>
${notes.map((note) => html`<p class="warn">Note: ${note}</p>`)}
</header>
<div class="cards">${cards(summary)}</div>
${section('Interruptions', listOf(interruptionSentences(summary)))}
${section('What failed', listOf(failureSentences(summary)))}
${section('Live edits', tableOf(editRows(summary)))}
${section('Where clients landed', tableOf(landedRows(summary)))}
${section('New clients, until they were served', tableOf(newcomerRows(summary)))}
${section('Thresholds', thresholds.length === 0 ? undefined : thresholdTable(summary))}
${section('Map', ...maps.map(chartFigure))}
${section('Charts', others.length === 0 ? undefined : html`<div class="charts">${others.map(chartFigure)}</div>`)}
${section('What clients did', activityTable(summary))}
${section('Throughput', stepTable(summary))}
${section('Acknowledgements', ackRateTable(summary))}
${section('By region', ...regionTables(summary))}
${section('From region to region', pairTable(summary))}
${section('By size of message', sizeTable(summary))}
${section('By city', cityTable(summary))}
${section('Everything measured', metricTable(summary))}
${section('Measured with', provenance(summary))}`;
  return pageOf(`${script}, ${profile}: ${verdictOf(summary)}`, body);
}

function tableOf(rows: readonly [readonly string[], ...string[][]] | undefined): Html | undefined {
  if (rows === undefined) return undefined;
  const [head, ...body] = rows;
  return table(head, body);
}

/** The answer and the verdict: what is not to be relied on says so first. */
function lead(summary: Summary): Html {
  const answer = answerOf(summary);
  const verdict = html`<p class="verdict ${COLOURS[outcomeOf(summary)]}">${verdictOf(summary)}</p>`;
  if (answer === undefined) return verdict;
  const text = html`<p class="answer">${answer}</p>`;
  return isGreen(summary) ? html`${text}${verdict}` : html`${verdict}${text}`;
}

function listOf(sentences: readonly string[]): Html | undefined {
  return sentences.length === 0
    ? undefined
    : html`<ul class="told">${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
}

function circumstances({ startedAt, durationMs, url, local, wan, site, merged }: Summary): string {
  const where = local ? `${url}, on this machine${wan ? ' with the latency of real distances' : ''}` : url;
  const from = site === null ? '' : `, from ${site}`;
  const runs = merged.length === 0 ? '' : `${merged.length} runs merged; the first: `;
  return `${runs}${startedAt.slice(0, 19).replace('T', ' ')} UTC, ${formatDuration(durationMs)}, against ${where}${from}`;
}

/** Key figures: those that the run has, each with what it is. */
function cards(summary: Summary): readonly Html[] {
  const { metrics, knees, durationMs } = summary;
  const time = (metric: string, title: string) => {
    const all = metrics[metric]?.all;
    return all === undefined ? [] : [card(formatMs(all.p50), `${title}, median; p95 ${formatMs(all.p95)}`)];
  };
  const clients = metrics.nats_clients?.all;
  const delivered = metrics.nats_delivered?.all;
  const errors = metrics.nats_errors?.all;
  const lost = metrics.nats_lost?.all;
  const perClient = hasMeaningfulMemory(summary) ? metrics.clients_memory?.all : undefined;
  return [
    ...time('nats_ping', 'ping'),
    ...time('nats_connect', 'connecting'),
    ...time('nats_request', 'request to reply'),
    ...time('nats_ack', 'publish to acknowledgement'),
    ...time('nats_delivery', 'publish to delivery'),
    ...time('nats_outage', 'without service'),
    ...knees.flatMap(({ rate, size }) =>
      rate === null ? [] : [card(`${formatCount(rate)}/s`, `sustained, at ${formatBytes(size)} a message`)],
    ),
    ...(clients === undefined ? [] : [card(formatCount(clients.max), 'clients at most')]),
    ...(perClient === undefined ? [] : [card(formatBytes(perClient.p50), 'of memory for an idle client')]),
    ...(delivered === undefined || durationMs === 0
      ? []
      : [card(formatCount(Math.round(delivered.value)), 'messages delivered')]),
    ...(errors === undefined
      ? []
      : [card(formatShare(errors.value), `errors of ${formatCount(errors.count)} attempts`)]),
    ...(lost === undefined ? [] : [card(formatCount(lost.value), 'acknowledged messages lost')]),
  ];
}

function card(value: string, title: string): Html {
  return html`<div class="card"><b>${value}</b><span>${title}</span></div>`;
}

/** Those that nothing can cross are there for who looks for them. */
function thresholdTable(summary: Summary): Html {
  const rows = thresholdRows(summary);
  const vain = rows.filter(({ standing }) => standing === 'cannot fail');
  const counted = rows.filter((row) => !vain.includes(row));
  const title = `${formatCount(vain.length)} that nothing can cross, and ${vain.length === 1 ? 'is' : 'are'} not counted`;
  return html`${counted.length === 0 ? undefined : thresholdRowsTable(counted)}${
    vain.length === 0
      ? undefined
      : html`<details><summary>${title}</summary>${thresholdRowsTable(vain)}</details>`
  }`;
}

function thresholdRowsTable(rows: readonly ThresholdRow[]): Html {
  return table(
    ['of', 'should be', 'was', ''],
    rows.map(({ metric, expression, value, standing }) => [
      metric,
      html`<code>${expression}</code>`,
      value,
      html`<span class="${STANDING_COLOURS[standing]}">${STANDINGS[standing]}</span>`,
    ]),
  );
}

const STANDINGS: Readonly<Record<Standing, string>> = {
  held: '✓ held',
  crossed: '✗ crossed',
  'no samples': '✗ no samples',
  'not judged': '✗ not judged',
  'cannot fail': 'cannot be crossed, not counted',
};

const STANDING_COLOURS: Readonly<Record<Standing, string>> = {
  held: 'good',
  crossed: 'bad',
  'no samples': 'bad',
  'not judged': 'bad',
  'cannot fail': 'muted',
};

function metricTable({ metrics }: Summary): Html {
  return table(
    ['metric', 'samples', 'value', 'mean', 'p50', 'p90', 'p95', 'p99', 'max'],
    Object.entries(metrics).flatMap(([name, metric]) => {
      const { all, type } = metric;
      if (all === undefined) return [];
      const unit = unitOf(name, metric);
      const text = (value: number) => formatValue(value, unit);
      const figures =
        type === 'trend'
          ? ['', ...[all.mean, all.p50, all.p90, all.p95, all.p99, all.max].map(text)]
          : [text(all.value), '', '', '', '', '', type === 'gauge' ? text(all.max) : ''];
      return [[name, formatCount(all.count), ...figures]];
    }),
  );
}

function provenance({ versions, machine, merged, k6ExitCode }: Summary): Html {
  const { cpu, cores, memoryBytes, os } = machine;
  return html`${table(
    ['', ''],
    [
      ['Meridian', versions.meridian],
      ['k6', `${versions.k6}, exit code ${k6ExitCode}`],
      ['nats-server', versions.natsServer],
      ['Node', versions.node],
      ['Machine', `${cpu}, ${cores} cores, ${formatBytes(memoryBytes)}`],
      ['System', os],
    ],
  )}${
    merged.length === 0
      ? undefined
      : table(
          ['merged from', 'began', 'lasted', 'target'],
          merged.map((run) => [
            run.site ?? 'no site',
            run.startedAt,
            `${formatDuration(run.durationMs)}${run.ending.kind === 'finished' ? '' : `, ${run.ending.kind}`}`,
            run.url,
          ]),
        )
  }`;
}
