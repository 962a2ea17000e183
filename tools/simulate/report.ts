// Results as text: tables for a terminal.

import { formatTable } from '../../regions/table.ts';
import { decisionTable } from '../../routing/decision-text.ts';
import { chartOf } from './chart.ts';
import type { Comparison } from './compare.ts';
import { bestWithin, type OracleResult } from './oracle.ts';
import { POLICY_NAMES, type PolicyName } from './policies.ts';
import type { ScenarioResult, WorstClient } from './result.ts';
import type { Score } from './score.ts';

/** How headings look: `styleText` on a terminal, nothing elsewhere. */
export type Heading = (text: string) => string;

const POLICY_TITLES: Readonly<Record<PolicyName, string>> = {
  meridian: 'Meridian, nothing measured yet',
  continent: 'table of continents',
  country: 'table of countries, US, CA and MX cut at 100 W',
  nearest: 'nearest by great circle',
};

export function reportOf(result: ScenarioResult, heading: Heading): string {
  const { name, regions, policies, continents, notes, worst } = result;
  const { clients, refused } = policies.meridian;
  return [
    heading(`${name}: ${clients + refused} clients, regions ${regions.join(', ')}`),
    ...notes.map((note) => `note: ${note}`),
    '',
    scoreTable(
      'policy',
      POLICY_NAMES.map((policy) => [POLICY_TITLES[policy], policies[policy]]),
    ),
    '',
    scoreTable('continent', Object.entries(continents)),
    '',
    learningTable(result),
    '',
    heading('mean regret over time'),
    chartOf(result.regretOverTimeMs, { unit: 'ms', each: 'round' }),
    ...(worst.length === 0 ? [] : ['', heading('the worst clients, and the decision behind each')]),
    ...worst.flatMap((client) => ['', worstText(client)]),
  ].join('\n');
}

export function comparisonOf(comparison: Comparison, heading: Heading): string {
  const { name, clients, moves, flows, meanBeforeMs, meanAfterMs, notes } = comparison;
  return [
    heading(`${name}: ${moves.length} of ${clients} clients would move`),
    ...notes.map((note) => `note: ${note}`),
    `mean round trip ${ms(meanBeforeMs)} before, ${ms(meanAfterMs)} after (${signedMs(meanAfterMs - meanBeforeMs)})`,
    ...(flows.length === 0 ? [] : ['', flowTable(flows), '', moveTable(moves)]),
  ].join('\n');
}

/** Shares of choices that may flip a round, from the 4th to the 10th. */
const FLIP_LIMITS = [0, 0.001, 0.002, 0.003, 1];

export function oracleReportOf(name: string, results: readonly OracleResult[], heading: Heading): string {
  const rows = FLIP_LIMITS.map((most) => {
    const best = bestWithin(results, most);
    const limit = most === 1 ? 'any' : percent(most, 1);
    return best === undefined
      ? [limit, '', '', '']
      : [
          limit,
          percent(best.flipShare, 2),
          `${best.meanRegretMs.toFixed(2)} ms`,
          `${best.early}, ${best.later}`,
        ];
  });
  return [
    heading(`${name}: the best rule there could be, after 10 rounds`),
    formatTable([
      ['flips a round, 4 to 10, at most', 'flips', 'mean regret', 'standard deviations'],
      ...rows,
    ]),
  ].join('\n');
}

function scoreTable(title: string, rows: readonly (readonly [string, Score])[]): string {
  return formatTable([
    [title, 'clients', 'best region', 'mean regret', 'p95 regret', 'mean ratio', 'ratio of means'],
    ...rows.map(([name, score]) => [name, ...cellsOf(score)]),
  ]);
}

function cellsOf({ clients, refused, ...score }: Score): string[] {
  return [
    refused === 0 ? String(clients) : `${clients} (${refused} refused)`,
    percent(score.bestShare, 1),
    ms(score.meanRegretMs),
    ms(score.p95RegretMs),
    score.meanRatio.toFixed(3),
    score.ratioOfMeans.toFixed(3),
  ];
}

function learningTable(result: ScenarioResult): string {
  const { policies, learning, steadyFlipShare, steadyRegretMs, secondDay } = result;
  return formatTable([
    ['learning: rounds of measurement', 'mean regret', 'choices that flip, per round'],
    ['none', ms(policies.meridian.meanRegretMs), ''],
    ...learning.map(({ samples, meanRegretMs, flipShare }) => [
      String(samples),
      ms(meanRegretMs),
      percent(flipShare, 2),
    ]),
    ['the 100 after that', ms(steadyRegretMs), percent(steadyFlipShare, 3)],
    ...(secondDay === undefined
      ? []
      : [
          ['on the second day, the first', ms(secondDay.firstRegretMs), ''],
          ['and the last of 130', ms(secondDay.lastRegretMs), ''],
        ]),
  ]);
}

function worstText(client: WorstClient): string {
  const { id, country, chosen, chosenMs, best, bestMs, regretMs, decision, chosenWay, bestWay } = client;
  const table = decisionTable(decision)
    .split('\n')
    .map((line) => `  ${line}`);
  return [
    `${id} (${country}): ${chosen} in ${ms(chosenMs)}, best ${best} in ${ms(bestMs)}, regret ${ms(regretMs)}`,
    ...table,
    `  estimated over ${chosenWay} (${chosen}) and ${bestWay} (${best})`,
  ].join('\n');
}

function flowTable(flows: Comparison['flows']): string {
  return formatTable([
    ['from', 'to', 'clients', 'mean change'],
    ...flows.map(({ from, to, clients, meanChangeMs }) => [
      from ?? REFUSED,
      to ?? REFUSED,
      String(clients),
      from === undefined || to === undefined ? '' : signedMs(meanChangeMs),
    ]),
  ]);
}

function moveTable(moves: Comparison['moves']): string {
  return formatTable([
    ['client', 'country', 'from', 'to', 'before', 'after', 'change'],
    ...moves.map(({ id, country, from, to, fromMs, toMs, changeMs }) => [
      id,
      country,
      from ?? REFUSED,
      to ?? REFUSED,
      fromMs === undefined ? '' : ms(fromMs),
      toMs === undefined ? '' : ms(toMs),
      changeMs === undefined ? '' : signedMs(changeMs),
    ]),
  ]);
}

const REFUSED = '(refused)';

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function signedMs(value: number): string {
  return `${value > 0 ? '+' : ''}${ms(value)}`;
}

function percent(share: number, digits: number): string {
  return `${(share * 100).toFixed(digits)}%`;
}
