// `regions usage`: what the servers' containers really used, where they ran, and what that costs.

import { Command, InvalidArgumentError } from 'commander';
import { formatTable } from '../regions/table.ts';
import { positiveNumber } from './arguments.ts';
import { readUsage } from './cloudflare-usage.ts';
import { EXIT } from './exit.ts';
import { printable } from './printable.ts';
import { loadRegions } from './regions-file.ts';
import { type RanIn, type ServerUse, serverUses } from './server-use.ts';
import { say } from './wrap.ts';

const MS_PER_DAY = 86_400_000;
/** As far back as one query of Cloudflare's analytics goes. */
const MOST_DAYS = 31;

/** Makes the subcommand. */
export function usageCommand(): Command {
  return new Command('usage')
    .description(
      'what the containers really used, where they ran, and what it costs, as Cloudflare counts it',
    )
    .option('--days <number>', `of the last so many days, up to ${MOST_DAYS}`, daysBack, 1)
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `
It asks Cloudflare's analytics, and no edge: CLOUDFLARE_ACCOUNT_ID names the
account, CLOUDFLARE_API_TOKEN is a token that may read Account Analytics.
Dollars are list prices, before what the plan includes. Containers that an
earlier version started have no labels, and are not in it. It ends with 7 if
Cloudflare knows of no use.`,
    )
    .action(async ({ days, json }: { days: number; json?: true }, command: Command) => {
      const config = await loadRegions(command);
      const to = Date.now();
      const query = { cluster: config.cluster, from: to - days * MS_PER_DAY, to };
      const servers = serverUses(await readUsage(query), config);
      if (json) console.log(JSON.stringify({ ...query, servers }, null, 2));
      else say(usageText(servers, { ...query, days }));
      if (servers.length === 0) process.exitCode = EXIT.unknown;
    });
}

function daysBack(text: string): number {
  const days = positiveNumber(text);
  if (days > MOST_DAYS) throw new InvalidArgumentError(`Cloudflare tells of ${MOST_DAYS} days at most.`);
  return days;
}

const HEAD = ['SERVER', 'HOURS', 'CPU HOURS', 'GB SENT', '$', 'MAY RUN IN', 'RAN IN'];

/** For people. @param days that were asked for */
export function usageText(
  servers: readonly ServerUse[],
  { cluster, days }: { readonly cluster: string; readonly days: number },
): string {
  const time = days === 1 ? 'the last day' : `the last ${days} days`;
  if (servers.length === 0)
    return `Cloudflare knows of no use by cluster ${cluster} in ${time}: nothing ran, it was started by an earlier version, or analytics are some minutes behind.`;
  const dollars = servers.reduce((sum, server) => sum + server.dollars, 0);
  const astray = servers.filter(({ ranIn }) => ranIn.some(({ asConfigured }) => asConfigured === false));
  return [
    formatTable([HEAD, ...servers.map(rowOf)]),
    `$${dollars.toFixed(2)} in ${time} by list prices, before what the plan includes.`,
    ...astray.map(
      ({ server, placement }) =>
        `${printable(server)} ran outside of its placement (${(placement ?? []).join(', ')}), marked with *.`,
    ),
  ].join('\n');
}

function rowOf({ server, hours, used, dollars, placement, ranIn }: ServerUse): readonly string[] {
  return [
    printable(server),
    hours === null ? '?' : hours.toFixed(1),
    (used.cpuSeconds / 3_600).toFixed(2),
    (used.sentBytes / 1e9).toFixed(2),
    dollars.toFixed(2),
    placement === null ? '-' : placement.join(', '),
    ranIn.map(placeText).join(', '),
  ];
}

function placeText({ region, location, share, asConfigured }: RanIn): string {
  const name = [region, location].filter((part) => part !== '').join(' ');
  return `${printable(name) || '?'} ${Math.round(share * 100)}%${asConfigured === false ? '*' : ''}`;
}
