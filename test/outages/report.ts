// Results for people.

import { formatTable } from '../../regions/table.ts';
import type { Figures, Homecoming, Spread } from './figures.ts';
import { isMissed, type Judgement, titleOf, type Verdict } from './judge.ts';

const HEADER = [
  'clients',
  'came',
  'refused',
  'never served',
  'served p50 / p99 / worst',
  'stayed',
  'without service p50 / p99 / worst',
  'lost',
  'bystanders worst',
];

export function combinationText(judgement: Judgement): string {
  const rows = Object.entries(judgement.byKind).map(([kind, figures]) => rowOf(kind, figures));
  const { arrivals, lasting } = judgement.all;
  return [
    titleOf(judgement),
    formatTable([HEADER, ...rows, ...(rows.length > 1 ? [rowOf('all', judgement.all)] : [])]),
    `connects failed with: ${countsText(arrivals.failures)}`,
    `those that stayed went to: ${countsText(lasting.landed)}; ${lasting.byTheRules} where the ranking says`,
    homeText(judgement.homecomings),
    judgement.verdicts.map(verdictText).join('; '),
  ].join('\n');
}

/** One line for each combination. */
export function summaryText(judgements: readonly Judgement[]): string {
  const rows = judgements.map((judgement) => {
    const { arrivals, lasting } = judgement.all;
    const home = judgement.verdicts.find(({ what }) => what === 'home again')?.was;
    return [
      titleOf(judgement),
      `${arrivals.refused} (${arrivals.refusedClients} of ${arrivals.count})`,
      spreadText(arrivals.served),
      spreadText(lasting.withoutService),
      msText(home),
      isMissed(judgement) ? 'MISSED' : 'met',
    ];
  });
  return formatTable([
    [
      'combination',
      'refused (clients)',
      'served p50 / p99 / worst',
      'without service p50 / p99 / worst',
      'home',
      'goals',
    ],
    ...rows,
  ]);
}

function rowOf(kind: string, { arrivals, lasting }: Figures): readonly string[] {
  return [
    kind,
    String(arrivals.count),
    String(arrivals.refused),
    String(arrivals.neverServed),
    spreadText(arrivals.served),
    String(lasting.withoutService?.count ?? 0),
    spreadText(lasting.withoutService),
    String(lasting.lost),
    msText(lasting.bystanders?.worst),
  ];
}

function homeText(homes: readonly Homecoming[]): string {
  const each = homes.map(
    ({ city, home, returnMs, homeMs }) =>
      `${city} ${home} ${returnMs === undefined ? 'did not return' : `${msText(homeMs ?? Number.POSITIVE_INFINITY)} (returned in ${msText(returnMs)})`}`,
  );
  return `home again: ${each.length === 0 ? 'nobody was away' : each.join(', ')}`;
}

function spreadText(spread: Spread | undefined): string {
  if (spread === undefined) return '-';
  return [spread.p50, spread.p99, spread.worst].map(msText).join(' / ');
}

function verdictText({ what, limit, unit, was, isMet }: Verdict): string {
  const value = unit === 'ms' ? msText(was) : String(Math.round(was * 1_000) / 1_000);
  const most = unit === 'ms' ? msText(limit) : String(limit);
  return `${isMet ? 'met' : 'MISSED'}: ${what} ${value} (at most ${most})`;
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const each = Object.entries(counts).toSorted(([, one], [, other]) => other - one);
  return each.length === 0 ? 'nothing' : each.map(([key, count]) => `${count} x ${key}`).join(', ');
}

/** Seconds from one second on. */
export function msText(ms: number | undefined): string {
  if (ms === undefined) return '-';
  if (!Number.isFinite(ms)) return 'never';
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
