// Results for people.

import { formatTable } from '../../regions/table.ts';
import type { Judgement } from './judge.ts';
import { nameOf } from './plan.ts';

const HEADER = [
  'run',
  'what',
  'acknowledged',
  'lost',
  'while held',
  'beyond RPO',
  'moved',
  'skipped',
  'again',
  'doubled',
  'interrupted',
  'in silence',
  'whole after',
  'goals',
];

/** One run in some lines: what the pages said, and what went wrong. */
export function runText({ plan, figures, states, problems, failures, missed }: Judgement): string {
  return [
    `${plan.run}  ${nameOf(plan)}`,
    `    acknowledged ${figures.acknowledged}, lost ${figures.lost}${endingsText(figures.endings)}; publishing interrupted for ${secondsText(figures.interruptedMs)}, ${secondsText(figures.silentMs)} of it in silence; whole after ${secondsText(figures.wholeAfterMs)}`,
    `    pages: ${Object.entries(states)
      .map(([region, said]) => `${region} ${said.join(' > ')}`)
      .join('; ')}`,
    ...problems.map((problem) => `    ${problem}`),
    ...(figures.isTotal ? ['    at some time no server held what had been stored'] : []),
    ...Object.entries(figures.skippedRanges).map(
      ([consumer, [first, last]]) =>
        `    the consumer ${consumer} was not given messages between ${first} and ${last}`,
    ),
    ...(figures.refused > 0 ? [`    Meridian refused ${figures.refused}`] : []),
    ...Object.entries(failures).map(([message, count]) => `    ${count} x ${message}`),
    `    ${missed.length === 0 ? 'met' : `MISSED: ${missed.join(', ')}`}`,
  ].join('\n');
}

/** A row for each run, and what they come to. */
export function summaryText(judgements: readonly Judgement[]): string {
  const rows = judgements.map(({ plan, figures, missed }) => [
    String(plan.run),
    nameOf(plan),
    String(figures.acknowledged),
    String(figures.lost),
    String(figures.lostWhileHeld),
    String(figures.lostBeyondRpo),
    String(figures.moved),
    String(figures.skipped),
    String(figures.again),
    String(figures.doubled),
    secondsText(figures.interruptedMs),
    secondsText(figures.silentMs),
    secondsText(figures.wholeAfterMs),
    missed.length === 0 ? 'met' : 'MISSED',
  ]);
  const sum = (of: (judgement: Judgement) => number) =>
    judgements.reduce((total, each) => total + of(each), 0);
  const runs = (is: (judgement: Judgement) => boolean) => judgements.filter(is).length;
  return [
    formatTable([HEADER, ...rows]),
    `${judgements.length} runs, ${runs(({ missed }) => missed.length > 0)} missed a goal; ${sum(({ figures }) => figures.acknowledged)} acknowledged, ` +
      `${sum(({ figures }) => figures.lostWhileHeld)} lost while a server held them (in ${runs(({ figures }) => figures.lostWhileHeld > 0)} runs), ` +
      `${sum(({ figures }) => figures.lostBeyondRpo)} not restored after a loss of all (in ${runs(({ figures }) => figures.lostBeyondRpo > 0)} of ${runs(({ figures }) => figures.isTotal)} such runs)`,
  ].join('\n');
}

function endingsText(endings: Readonly<Record<string, number>>): string {
  const each = Object.entries(endings).map(([ending, count]) => `${count} ${ending}`);
  return each.length === 0 ? '' : ` (${each.join(', ')})`;
}

function secondsText(ms: number | undefined): string {
  return ms === undefined ? 'never' : `${(ms / 1_000).toFixed(1)} s`;
}
