// `regions show [ID]`: everything about one region, with its names on Cloudflare, or the whole configuration; live, or,
// with --file, as the file has it.

import { Command } from 'commander';
import type { VersionInfo } from '../api/config.ts';
import type { RegionView } from '../api/regions.ts';
import { isExternal, type MeridianConfig } from '../regions/config.ts';
import { hostsOf } from '../regions/hints.ts';
import { bindingNameOf, classNameOf, instanceNameOf } from '../regions/names.ts';
import { describeProblem } from '../regions/problems.ts';
import { unknownRegion } from '../regions/rules/service.ts';
import { formatTable } from '../regions/table.ts';
import type { AdminClient } from './admin-client.ts';
import { withConnection } from './connection.ts';
import { type LiveOptions, readLive } from './live.ts';
import { printable } from './printable.ts';
import { loadRegions } from './regions-file.ts';
import { say } from './wrap.ts';

/** Makes the subcommand. */
export function showCommand(): Command {
  return withConnection(new Command('show'))
    .description('show one region with its defaults and its names on Cloudflare, or the whole configuration')
    .argument('[id]', 'id of the region, such as weur')
    .option('--file', 'what regions/regions.json says instead')
    .option('--json', 'print it as JSON')
    .action(async (id: string | undefined, options: LiveOptions & { json?: true }, command: Command) => {
      const source = (await readLive(options, readSource)) ?? { config: await loadRegions(command) };
      const shown = id === undefined ? wholeOf(source) : regionOf(source, id, command);
      if (options.json) console.log(JSON.stringify(shown, null, 2));
      else say(formatTable(linesOf(shown)));
    });
}

interface Source {
  readonly config: MeridianConfig;
  readonly info?: VersionInfo;
  readonly views?: readonly RegionView[];
}

async function readSource(client: AdminClient): Promise<Source> {
  const [{ config, ...info }, { regions }] = await Promise.all([client.config(), client.regions()]);
  return { config, info, views: regions };
}

function wholeOf({ config, info }: Source): object {
  return { ...info, config };
}

function regionOf({ config, info, views }: Source, id: string, command: Command): object {
  const { regions, defaultRegion } = config;
  const region = regions.find((candidate) => candidate.id === id);
  if (region === undefined) {
    const known = regions.map((candidate) => candidate.id);
    return command.error(describeProblem(unknownRegion('', id, known)));
  }
  const view = views?.find((each) => each.id === id);
  return {
    ...region,
    isDefault: id === defaultRegion,
    ...(!isExternal(region) && {
      className: classNameOf(id),
      bindingName: bindingNameOf(id),
      instanceName: instanceNameOf(id),
      hosts: hostsOf(region.hint),
    }),
    ...(view && { state: view.state, clients: view.clients, problem: view.problem }),
    ...(info && { version: info.version }),
  };
}

// `limits.maxConnections  10000`, one line for each plain value, `?` for unknown ones; regions are named by their ids.
function linesOf(value: object, prefix = ''): string[][] {
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) => {
    if (item === undefined) return [];
    if (Array.isArray(item) && item.some((each) => typeof each === 'object')) {
      return item.flatMap((each: { id: string }) => linesOf(each, `${prefix}${key}.${each.id}.`));
    }
    if (Array.isArray(item)) return [[prefix + key, item.join(', ')]];
    if (typeof item === 'object' && item !== null) return linesOf(item, `${prefix}${key}.`);
    return [[prefix + key, printable(String(item ?? '?'))]];
  });
}
