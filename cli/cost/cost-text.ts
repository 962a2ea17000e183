// A cost for people: by driver and region, what stands beside it, where the cheaper one changes, and how old the prices are. Pure.

import type { Alternative } from '../../cost/alternative.ts';
import type { Range } from '../../cost/assumptions.ts';
import type { BreakEven, CurvePoint } from '../../cost/break-even.ts';
import type { Cost } from '../../cost/cost.ts';
import { type PriceAge, staleText } from '../../cost/stale.ts';
import type { Traffic } from '../../cost/traffic.ts';
import { DRIVER_TEXT } from '../../cost/use.ts';
import { formatTable } from '../../regions/table.ts';
import { printable } from '../printable.ts';

/** All that is said of one question. */
export interface CostAnswer {
  readonly cost: Cost;
  readonly traffic: Traffic;
  readonly alternatives: readonly Alternative[];
  readonly breakEven: {
    /** Hours a day until which a server that sleeps for the rest is cheaper than one of these by the month. */
    readonly hours: readonly { readonly name: string; readonly dollars: number; readonly hours: number }[];
    readonly messages: readonly BreakEven[];
  };
  readonly curve: readonly CurvePoint[];
  readonly prices: { readonly cloudflare: PriceAge; readonly others: PriceAge };
}

export function costText(answer: CostAnswer): string {
  const { cost, traffic, prices } = answer;
  return [
    trafficText(traffic),
    '',
    formatTable([['$ A MONTH', 'LOW', 'MID', 'HIGH'], ...driverRows(cost), row('total', cost.total)]),
    '',
    formatTable([['REGION', 'LOW', 'MID', 'HIGH', 'SERVERS'], ...regionRows(cost)]),
    ...cost.notes.map((note) => `note  ${printable(note)}`),
    '',
    formatTable([['ELSEWHERE', '$ A MONTH', 'WHAT'], ...answer.alternatives.map(alternativeRow)]),
    '',
    ...breakEvenText(answer),
    `List prices, each month's allowance taken off, of ${prices.cloudflare.readOn}; elsewhere of ${prices.others.readOn} and later.`,
    ...[...staleText(prices.cloudflare), ...staleText(prices.others)],
    'Low, mid and high differ in what no price page says: docs/cost.md.',
  ].join('\n');
}

/** By messages a second, for `--curve`. */
export function curveText({ curve, alternatives }: CostAnswer): string {
  const dollars = (value: number | null) => (value === null ? '-' : money(value));
  const table = formatTable([
    ['MESSAGES/S', 'MERIDIAN', ...alternatives.map(({ name }) => name.toUpperCase())],
    ...curve.map(({ messages, meridian, isServed, others }) => [
      String(messages),
      isServed ? money(meridian) : `${money(meridian)} *`,
      ...others.map(dollars),
    ]),
  ]);
  return curve.every(({ isServed }) => isServed)
    ? table
    : `${table}\n* More than the servers have CPU for, and without what larger ones or members cost.`;
}

function trafficText({ clients, messages, size, fanOut, hours, streams, sessionHours }: Traffic): string {
  const parts = [
    `${count(clients)} client${clients === 1 ? '' : 's'}`,
    `${count(messages)} messages/s of ${count(size)} bytes, each to ${count(fanOut)} of them`,
    `${count(hours)} hours a day`,
    ...(streams > 0 ? [`${count(streams)} streams`] : []),
    ...(sessionHours > 0 ? [`${count(sessionHours)} hours of sessions`] : []),
  ];
  return `${parts.join(', ')}.`;
}

function driverRows({ drivers }: Cost): string[][] {
  return drivers
    .filter(({ dollars }) => dollars.high > 0)
    .map(({ driver, dollars }) => row(DRIVER_TEXT[driver], dollars));
}

function regionRows({ regions }: Cost): string[][] {
  return regions.map(({ region, servers, dollars }) => [
    ...row(region ?? 'shared by all', dollars),
    region === null ? '' : String(servers),
  ]);
}

function row(name: string, { low, mid, high }: Range): string[] {
  return [printable(name), money(low), money(mid), money(high)];
}

function alternativeRow({ name, dollars, what }: Alternative): string[] {
  return [name, dollars === null ? 'by quote' : money(dollars), what];
}

function breakEvenText({ breakEven }: CostAnswer): string[] {
  const hours = breakEven.hours.map(({ name, dollars, hours }) =>
    hours >= 24
      ? `A further server costs less than ${name} ($${money(dollars)}), however long it runs.`
      : `A further server costs less than ${name} ($${money(dollars)}) while it runs less than ${hours.toFixed(1)} hours a day.`,
  );
  return [...hours, ...breakEven.messages.flatMap(messagesText)];
}

function messagesText({ name, cheaper, messages }: BreakEven): string[] {
  if (cheaper === 'unknown') return [];
  const here = cheaper === 'meridian';
  if (messages === null) return [`${name}: ${here ? 'dearer' : 'cheaper'}, up to a million messages/s.`];
  return [
    `${name}: ${here ? 'dearer' : 'cheaper'} up to ${count(messages)} messages/s, ${here ? 'cheaper' : 'dearer'} beyond.`,
  ];
}

/** No digits that nobody reads, and none lost that somebody gave. */
function count(value: number): string {
  const rounded = value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 3 });
}

function money(dollars: number): string {
  return dollars.toFixed(2);
}
