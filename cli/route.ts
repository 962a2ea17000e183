// `regions route [PLACE]`: which region a client would get there, and why.

import { styleText } from 'node:util';
import { Command, InvalidArgumentError } from 'commander';
import type { RouteQuery } from '../api/client.ts';
import type { Route } from '../api/route.ts';
import { formatTable } from '../regions/table.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { openClient } from './live.ts';
import { printable } from './printable.ts';
import { say } from './wrap.ts';

type Options = ConnectionOptions & { readonly json?: true; readonly region?: string };

/** Makes the subcommand. */
export function routeCommand(): Command {
  return withConnection(new Command('route'))
    .description('show which region a client would get, and why')
    .argument(
      '[place]',
      'where it is: a data center (SYD), a country (DE), or latitude and longitude (48.9,2.4); absent: here',
      placeOf,
    )
    .option('--region <id>', 'if it asks for this region')
    .option('--json', 'print the whole decision as JSON')
    .action(async (place: RouteQuery | undefined, { json, region, ...options }: Options) => {
      const client = await openClient(options);
      const route = await client.route({ ...place, region });
      if (json) console.log(JSON.stringify(route, null, 2));
      else say(routeText(route));
    });
}

/** @throws InvalidArgumentError with the forms that there are */
export function placeOf(text: string): RouteQuery {
  if (/^[a-z]{3}$/i.test(text)) return { colo: text.toUpperCase() };
  if (/^([a-z]{2}|T1)$/i.test(text)) return { country: text.toUpperCase() };
  const [, lat, lon] = /^(-?\d+(?:\.\d+)?),\s*(-?\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (lat !== undefined && lon !== undefined && Math.abs(Number(lat)) <= 90 && Math.abs(Number(lon)) <= 180)
    return { lat, lon };
  throw new InvalidArgumentError(
    'It must be a data center such as SYD, a country such as DE, or latitude and longitude such as 48.9,2.4 (after --, if it begins with a minus).',
  );
}

function routeText(route: Route): string {
  const { region, entry, candidates, rejected, failover, notes, version } = route;
  const { latitude, longitude } = entry.coordinates;
  const winner = candidates.find((each) => each.region === region);
  const rows = [
    ...candidates.map((each) => [String(each.rank), ...row(each)]),
    ...rejected.map((each) => ['-', ...row(each)]),
  ];
  return [
    region === null
      ? styleText('red', `No region may serve: ${printable(route.refusal ?? 'none is left')}`)
      : `${styleText('bold', printable(region))}, about ${Math.round(winner?.estimate.finalMs ?? 0)} ms away`,
    `from ${entry.source} ${printable(entry.value)} (${latitude.toFixed(1)}, ${longitude.toFixed(1)}), by version ${version}`,
    '',
    formatTable([HEAD, ...rows]),
    ...(failover === null ? [] : [`Instead of ${failover.from}: ${printable(failover.reason)}`]),
    ...(route.wake === undefined ? [] : [`${route.wake} is asleep, and would be better awake.`]),
    ...notes.map((note) => `Note: ${printable(note)}`),
  ].join('\n');
}

const HEAD = ['RANK', 'REGION', 'RTT', 'WHY'];

function row({
  region,
  estimate,
  effects,
}: Route['candidates'][number] | Route['rejected'][number]): string[] {
  const why = effects.map(({ filter, reason }) => `${filter}: ${reason}`).join('; ');
  return [region, `${Math.round(estimate.finalMs)} ms`, why === '' ? '-' : why].map(printable);
}
