// A dry run as text: its changes, warnings and forecast.

import { styleText } from 'node:util';
import type { DryRun } from '../api/config.ts';
import type { Forecast, Move } from '../api/forecast.ts';
import { describeChange } from '../regions/edits/describe-change.ts';
import type { Change } from '../regions/edits/diff.ts';
import { formatTable } from '../regions/table.ts';
import { printable } from './printable.ts';

/** Countries named per move; the others are only counted. */
const COUNTRIES_SHOWN = 5;
const UNSERVED_SHOWN = 20;
/** A difference below half a cent is none. */
const LEAST_DOLLARS = 0.005;

/** Changes, warnings and forecast of a dry run. Whom nobody would serve, the forecast says. */
export function dryRunText({ changes, warnings, forecast }: DryRun): string {
  return [
    ...changes.map(changeLine),
    ...changes.flatMap(drainLine),
    ...changes.flatMap(compressionLine),
    ...warnings
      .filter(({ code }) => code !== 'unserved')
      .map(({ path, message }) => {
        const where = path === '' || message.startsWith(path) ? '' : `${path}: `;
        return `${styleText('yellow', 'warning')} ${printable(where + message)}`;
      }),
    '',
    forecastText(forecast),
  ].join('\n');
}

/** Green for what is added, red for what is removed, yellow for what needs a deploy. */
export function changeLine(change: Change): string {
  const text = printable(describeChange(change));
  if (change.from === undefined) return styleText('green', `+ ${text}`);
  if (change.to === undefined) return styleText('red', `- ${text}`);
  return change.kind === 'platform' ? styleText('yellow', `~ ${text}`) : `~ ${text}`;
}

/** What an edit does to drains, whatever it is called: a rollback ends them too. */
function drainLine({ path, from, to }: Change): string[] {
  const id = /^regions\.([^.]+)\.drain$/.exec(path)?.[1];
  if (id === undefined) return [];
  if (to === true) return [styleText('yellow', `  begins to drain ${id}: its clients go elsewhere`)];
  return from === true ? [styleText('green', `  ends the drain of ${id}: it takes clients again`)] : [];
}

/** It moves no clients, but is felt. */
function compressionLine({ path }: Change): string[] {
  if (path !== 'mesh.compression') return [];
  return [
    styleText(
      'yellow',
      '  makes the links between regions again, one after the other: what is on the way on one is lost to core NATS, not to JetStream',
    ),
  ];
}

export function forecastText(forecast: Forecast): string {
  const { latency, refused, confidence } = forecast;
  const { before, after } = latency;
  const whose = refused.before + refused.after > 0 ? 'Latency of those that are served' : 'Latency';
  const isSure = confidence.startsWith('good');
  return [
    `${styleText('bold', 'Forecast')}: ${percent(forecast.movedShare)} of ${wholeOf(forecast)} would go elsewhere.`,
    ...movesTable(forecast.moves),
    ...refusedLine(refused),
    `${whose}: mean ${ms(before.meanMs)} -> ${ms(after.meanMs)}, p95 ${ms(before.p95Ms)} -> ${ms(after.p95Ms)}.`,
    ...(forecast.clients === null
      ? [styleText('yellow', 'How many clients are connected is unknown, so no limit was checked.')]
      : forecast.limits.map(limitLine)),
    ...forecast.servers.map(serversLine),
    ...costLines(forecast.cost),
    ...unservedLines(forecast.unserved),
    styleText(isSure ? 'dim' : 'yellow', `Confidence is ${printable(confidence)}`),
  ].join('\n');
}

/** What the shares are shares of. */
function wholeOf({ source }: Forecast): string {
  return source === 'traffic' ? 'the connections seen in the last day' : "the world's population";
}

function movesTable(moves: readonly Move[]): string[] {
  if (moves.length === 0) return [];
  const rows = moves.map(({ from, to, share, countries }) => {
    const shown = countries
      .slice(0, COUNTRIES_SHOWN)
      .map((each) => `${countryText(each.country)} ${percent(each.share)}`);
    const more = countries.length > COUNTRIES_SHOWN ? ` and ${countries.length - COUNTRIES_SHOWN} more` : '';
    return [`  ${percent(share)}`, `${from ?? 'nowhere'} -> ${to ?? 'nowhere'}`, shown.join(', ') + more];
  });
  return [printableLines(formatTable(rows))];
}

function limitLine({ region, clients, limit, kind }: Forecast['limits'][number]): string {
  const text = `${region}: about ${Math.round(clients)} clients, over its ${kind} limit of ${limit}`;
  return kind === 'hard' ? styleText('red', text) : styleText('yellow', text);
}

/** What the edit changes in the bill; and that it does not, where it changes nothing. */
function costLines({ before, after, drivers, pricesReadOn, arePricesStale }: Forecast['cost']): string[] {
  const prices = arePricesStale
    ? styleText('yellow', `list prices of ${pricesReadOn}, which are stale: docs/cost.md`)
    : `list prices of ${pricesReadOn}`;
  const basis = `(${prices}; without what messages cost)`;
  const difference = after.mid - before.mid;
  if (Math.abs(difference) < LEAST_DOLLARS)
    return [`It costs about $${after.mid.toFixed(2)} a month, as now ${basis}.`];
  const parts = drivers
    .filter((each) => Math.abs(each.after - each.before) >= LEAST_DOLLARS)
    .map((each) => `${each.driver} ${dollars(each.after - each.before)}`);
  return [
    `It would cost ${dollars(difference)} a month, about $${after.mid.toFixed(2)} in place of $${before.mid.toFixed(2)} ${basis}.`,
    ...(parts.length > 1 ? [printable(`  ${parts.join(', ')}`)] : []),
  ];
}

function serversLine({ region, before, after, dollarsPerMonth }: Forecast['servers'][number]): string {
  if (before === null || after === null)
    return styleText('yellow', `${region}: how many servers it needs is unknown.`);
  const many = (count: number) => `${count} server${count === 1 ? '' : 's'}`;
  if (before === after) return `${region}: needs ${many(after)}, as now.`;
  const cost = dollarsPerMonth === null ? '' : `: ${dollars(dollarsPerMonth)} a month`;
  return `${region}: needs ${many(after)}, now ${before}${cost}.`;
}

/** With its sign. */
function dollars(amount: number): string {
  return `${amount < 0 ? '-' : '+'}$${Math.abs(amount).toFixed(2)}`;
}

function refusedLine({ before, after }: Forecast['refused']): string[] {
  if (after === 0) return [];
  const text = `${percent(after)} of them would be served by no region`;
  return after > before
    ? [styleText('red', `${text}; now ${before === 0 ? 'all are served' : `it is ${percent(before)}`}.`)]
    : [`${text}, ${after === before ? 'as now' : `now it is ${percent(before)}`}.`];
}

function unservedLines(unserved: Forecast['unserved']): string[] {
  const before = unserved.filter(({ isNew }) => !isNew);
  const news = unserved.filter(({ isNew }) => isNew);
  return [
    ...(news.length === 0
      ? []
      : [styleText('red', `No region would serve clients from ${countries(news)}.`)]),
    ...(before.length === 0 ? [] : [`As before, no region would serve clients from ${countries(before)}.`]),
  ];
}

function countries(unserved: Forecast['unserved']): string {
  const shown = unserved
    .slice(0, UNSERVED_SHOWN)
    .map(({ country, share }) =>
      share === 0 ? countryText(country) : `${countryText(country)} (${percent(share)} of all)`,
    );
  const more = unserved.length > UNSERVED_SHOWN ? ` and ${unserved.length - UNSERVED_SHOWN} more` : '';
  return printable(shown.join(', ')) + more;
}

/** Codes that are no country's: docs/routing.md. */
const NO_COUNTRY: Readonly<Record<string, string>> = { XX: 'an unknown country (XX)', T1: 'Tor (T1)' };

function countryText(code: string): string {
  return NO_COUNTRY[code] ?? code;
}

function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** A small share is not shown as 0%: some clients do move. */
function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.1) return '<0.1%';
  return `${value.toFixed(value < 10 ? 1 : 0)}%`;
}

function ms(value: number | null): string {
  if (value === null) return 'no clients served';
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
