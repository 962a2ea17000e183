// `regions list`: all regions as a table: as the edge reports them, or, with --file, as the file has
// them.

import { styleText } from 'node:util';
import { Command } from 'commander';
import type { LiveConfig } from '../api/config.ts';
import type { RegionViews } from '../api/regions.ts';
import type { SeenState } from '../api/states.ts';
import { type AnyRegion, isExternal, type RegionConfig } from '../regions/config.ts';
import { formatTable } from '../regions/table.ts';
import type { AdminClient } from './admin-client.ts';
import { withConnection } from './connection.ts';
import { type LiveOptions, readConfigIfAllowed, readLive } from './live.ts';
import { printable } from './printable.ts';
import { loadRegions } from './regions-file.ts';
import { versionText } from './version-text.ts';
import { say } from './wrap.ts';

/** Makes the subcommand. */
export function listCommand(): Command {
  return withConnection(new Command('list'))
    .description('list all regions and their current state')
    .option('--file', 'what regions/regions.json says instead')
    .option('--json', 'print the regions as JSON')
    .action(async (options: LiveOptions & { json?: true }, command: Command) => {
      const live = await readLive(options, readRegions);
      if (live === undefined) return listFile(command, options.json);
      const regions = liveRegions(live);
      if (options.json) return console.log(JSON.stringify(regions, null, 2));
      say(styledTable(regions));
      const { config, views, problem } = live;
      for (const line of regions.flatMap(whyDown)) say(line);
      if (problem !== undefined) say(styleText('red', `JetStream: ${printable(problem)}`));
      say(config === undefined ? `version ${views.version}` : versionText(config));
    });
}

interface Live {
  readonly views: RegionViews;
  readonly config: LiveConfig | undefined;
  readonly estimates: ReadonlyMap<string, number>;
  /** Why JetStream does not serve. */
  readonly problem: string | undefined;
}

/** What is known of a region; weight and the like only with a token. */
type LiveRegion = Partial<Omit<RegionConfig, 'kind' | 'url' | 'secret'>> & {
  readonly kind?: 'external';
  readonly id: string;
  readonly name: string;
  readonly state: SeenState;
  readonly clients: number | null;
  readonly version: number;
  readonly estimateMs?: number;
  readonly problem?: string;
};

async function readRegions(client: AdminClient): Promise<Live> {
  const [views, route, health] = await Promise.all([client.regions(), client.route(), client.health()]);
  const estimates = [...route.candidates, ...route.rejected].map(
    ({ region, estimate }) => [region, estimate.finalMs] as const,
  );
  const problem = health.jetstream?.problem;
  return { views, config: await readConfigIfAllowed(client), estimates: new Map(estimates), problem };
}

function liveRegions({ views, config, estimates }: Live): LiveRegion[] {
  return views.regions.map((view) => {
    const estimateMs = estimates.get(view.id);
    return {
      ...config?.config.regions.find(({ id }) => id === view.id),
      ...view,
      version: views.version,
      ...(estimateMs !== undefined && { estimateMs }),
    };
  });
}

const LIVE_HEAD = ['ID', 'NAME', 'STATE', 'CLIENTS', 'RTT', 'PRIO', 'WEIGHT', 'DIAL'];

// Lines are coloured as a whole: the columns are aligned by length.
function styledTable(regions: readonly LiveRegion[]): string {
  const [head = '', ...lines] = formatTable([LIVE_HEAD, ...regions.map(liveRow)]).split('\n');
  const styled = lines.map((line, index) => {
    const region = regions[index];
    if (region?.state === 'down' || region?.state === 'unreachable') return styleText('red', line);
    if (region?.enabled === false || region?.state === 'asleep') return styleText('dim', line);
    return region?.drain || region?.state === 'draining' ? styleText('yellow', line) : line;
  });
  return [styleText('bold', head), ...styled].join('\n');
}

function liveRow({ id, name, state, clients, estimateMs, priority, weight, dial }: LiveRegion): string[] {
  return [
    id,
    printable(name),
    state,
    String(clients ?? '?'),
    estimateMs === undefined ? '-' : `${Math.round(estimateMs)} ms`,
    priority === undefined ? '-' : String(priority),
    weight === undefined ? '-' : String(weight),
    dial === undefined ? '-' : `${dial}%`,
  ];
}

/** What keeps a region from serving, and what ends that. */
function whyDown({ id, state, enabled, drain, keepAwake, problem }: LiveRegion): string[] {
  // A drained or disabled region that is asleep is held down by that alone, which the line below says.
  const isTold = state === 'asleep' && (drain || enabled === false);
  const said = problem === undefined || isTold ? [] : [`${id}: ${printable(problem)}.`];
  if (enabled === false)
    return [...said, `${id} is disabled: \`regions set ${id}.enabled=true\` enables it.`];
  if (drain) return [...said, `${id} is drained: \`regions undrain ${id}\` ends that.`];
  // Its object was told of a drain that the configuration does not have, or does not have any more.
  if (keepAwake && state === 'asleep' && drain === false) {
    return [
      ...said,
      `${id} should stay awake, and is woken within a minute; if not, \`regions undrain ${id}\` puts it back into service.`,
    ];
  }
  return said;
}

async function listFile(command: Command, json: true | undefined): Promise<void> {
  const { regions, defaultRegion } = await loadRegions(command);
  if (json) console.log(JSON.stringify(regions, null, 2));
  else say(formatTable([FILE_HEAD, ...regions.map((region) => fileRow(region, defaultRegion))]));
}

const FILE_HEAD = ['ID', 'NAME', 'PLACEMENT', 'INSTANCE', 'AWAKE', 'NOTES'];

function fileRow(region: AnyRegion, defaultRegion: string): string[] {
  if (isExternal(region)) {
    const notes = ['external', ...(region.enabled ? [] : ['disabled'])];
    return [region.id, region.name, '-', '-', '-', notes.join(', ')];
  }
  const { id, name, placement, instanceType, keepAwake, sleepAfter, jetstream, enabled } = region;
  const notes = [
    ...(enabled ? [] : ['disabled']),
    ...(id === defaultRegion ? ['default'] : []),
    ...(jetstream ? ['JetStream'] : []),
  ];
  return [
    id,
    name,
    placement.join('+'),
    typeof instanceType === 'string'
      ? instanceType
      : `${instanceType.vcpu} vCPU, ${instanceType.memoryMib} MiB`,
    keepAwake ? 'always' : `${sleepAfter} after use`,
    notes.join(', '),
  ];
}
