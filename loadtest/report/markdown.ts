// The run in short, as Markdown for a comment of CI: the verdict, the answer, the main figures, what failed.

import { answerOf } from './answer.ts';
import { failureSentences } from './failure-text.ts';
import { formatCount, formatDuration, formatMs } from './format-value.ts';
import { interruptionSentences } from './interruption-text.ts';
import type { Summary } from './summary.ts';
import { nameOf } from './text-report.ts';
import { thresholdRows } from './threshold-text.ts';
import { isBad } from './thresholds.ts';
import { isGreen, verdictOf } from './verdict.ts';

const TIMES = ['nats_connect', 'nats_ping', 'nats_request', 'nats_delivery', 'nats_outage'];
const COUNTS = [
  'nats_due',
  'nats_published',
  'nats_delivered',
  'nats_missing',
  'nats_unsent',
  'nats_unanswered',
  'nats_lost',
  'nats_disconnects',
];

export function markdownReport(summary: Summary): string {
  const { script, profile, durationMs, startedAt, url, versions, notes } = summary;
  const answer = answerOf(summary);
  const failed = thresholdRows(summary).filter(({ standing }) => isBad(standing));
  const parts = [
    `### ${isGreen(summary) ? '✅' : '❌'} ${escaped(script)}, ${escaped(profile)}`,
    `**${escaped(verdictOf(summary))}**`,
    ...(answer === undefined ? [] : [escaped(answer)]),
    ...mainFigures(summary),
    ...(failed.length === 0
      ? []
      : [
          markdownTable(
            ['threshold', 'should be', 'was'],
            failed.map(({ metric, expression, value, standing }) => [
              metric,
              expression,
              standing === 'crossed' ? value : standing,
            ]),
          ),
        ]),
    ...list([...interruptionSentences(summary), ...failureSentences(summary)]),
    ...list(notes.map((note) => `note: ${note}`)),
    `<sub>${escaped(`${startedAt.slice(0, 19).replace('T', ' ')} UTC, ${formatDuration(durationMs)}, ${url}, Meridian ${versions.meridian}, k6 ${versions.k6}`)}</sub>`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function mainFigures({ metrics }: Summary): readonly string[] {
  const times = TIMES.flatMap((metric) => {
    const all = metrics[metric]?.all;
    return all === undefined
      ? []
      : [[nameOf(metric), formatCount(all.count), ...[all.p50, all.p95, all.p99, all.max].map(formatMs)]];
  });
  const counts = COUNTS.flatMap((metric) => {
    const all = metrics[metric]?.all;
    return all === undefined ? [] : [`${nameOf(metric)} ${formatCount(all.value)}`];
  });
  return [
    ...(times.length === 0 ? [] : [markdownTable(['', 'samples', 'p50', 'p95', 'p99', 'max'], times)]),
    ...(counts.length === 0 ? [] : [`Messages and connections: ${counts.join(', ')}.`]),
  ];
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function list(sentences: readonly string[]): readonly string[] {
  return sentences.length === 0 ? [] : [sentences.map((sentence) => `- ${escaped(sentence)}`).join('\n')];
}

/** What would be markup, or end a cell, is text. */
function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>|~#]/g, '\\$&').replace(/\s*\n\s*/g, ' ');
}
