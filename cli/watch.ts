// `regions watch`: regions and links, live on the terminal, until Ctrl-C.

import { styleText } from 'node:util';
import { Command } from 'commander';
import type { MeshLink } from '../api/mesh.ts';
import type { RegionView } from '../api/regions.ts';
import { formatTable } from '../regions/table.ts';
import type { AdminClient } from './admin-client.ts';
import { bytesText, durationText } from './backup-text.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { type DrainTimes, drainText } from './drain-text.ts';
import { CommandError, EXIT } from './exit.ts';
import { openClient, readConfigIfAllowed } from './live.ts';
import { printable } from './printable.ts';
import { wrapped } from './wrap.ts';

const REFRESH_MS = 2_000;

/** The terminal's second screen, so that the first one is as it was afterwards; without a cursor. */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME_AND_CLEAR = '\u001b[H\u001b[J';

/** Makes the subcommand. */
export function watchCommand(): Command {
  return withConnection(new Command('watch'))
    .description('show regions and links live on the terminal, until Ctrl-C')
    .action(async (options: ConnectionOptions) => {
      if (!process.stdout.isTTY) {
        throw new CommandError(
          EXIT.usage,
          'There is no terminal to watch on: use `regions list --json` and `regions mesh --json`.',
        );
      }
      const client = await openClient(options);
      // What fails at once ends the command; what fails later is shown, since it may pass.
      const times = (await readConfigIfAllowed(client))?.config;
      let shown = await look(client);
      process.stdout.write(ENTER);
      process.once('exit', () => process.stdout.write(LEAVE));
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
        process.once(signal, () => process.exit());
      for (let problem = ''; ; ) {
        const text = watchText(shown, times, Date.now());
        const below = problem === '' ? '' : `\n\n${styleText('red', wrapped(problem))}`;
        process.stdout.write(`${HOME_AND_CLEAR}${text}${below}`);
        await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
        try {
          shown = await look(client, shown);
          problem = '';
        } catch (error) {
          problem = (error as Error).message;
        }
      }
    });
}

/** What there was to see at a moment, and before it. */
export interface Seen {
  readonly at: number;
  readonly version: number;
  readonly regions: readonly RegionView[];
  readonly links: readonly MeshLink[];
  readonly before?: Omit<Seen, 'before'>;
}

async function look(client: AdminClient, before?: Seen): Promise<Seen> {
  const [{ regions, version }, { links }] = await Promise.all([client.regions(), client.mesh()]);
  return { at: Date.now(), version, regions, links, ...(before && { before }) };
}

/** Messages and bytes are those a second since the look before: of the server in all, and of its links. */
const HEAD = ['REGION', 'STATE', 'SINCE', 'CLIENTS', 'MSGS IN', 'OUT', 'LINKS', 'TRAFFIC'];

/** @param now ms since the epoch */
export function watchText(seen: Seen, times: DrainTimes | undefined, now: number): string {
  const { regions, links, version } = seen;
  const [head = '', ...lines] = formatTable([
    HEAD,
    ...regions.map((region) => rowOf(region, seen, now)),
  ]).split('\n');
  const notes = regions.flatMap((region) => {
    const drain = drainText(region, times, now);
    return [
      ...(drain === undefined ? [] : [`${region.id}: ${drain}.`]),
      ...(region.problem === undefined ? [] : [`${region.id}: ${printable(region.problem)}.`]),
    ];
  });
  const broken = links.filter(({ state }) => state === 'down' || state === 'connecting');
  return [
    styleText('bold', head),
    ...lines.map((line, index) => coloured(line, regions[index]?.state)),
    '',
    ...notes.map((note) => wrapped(note)),
    ...broken.map(({ a, b, state }) => styleText('yellow', `link ${a} - ${b} is ${state}`)),
    styleText(
      'dim',
      `version ${version}, ${new Date(seen.at).toISOString().slice(11, 19)}Z; Ctrl-C ends this`,
    ),
  ].join('\n');
}

function coloured(line: string, state: RegionView['state'] | undefined): string {
  if (state === 'up') return line;
  if (state === 'asleep') return styleText('dim', line);
  return styleText(state === 'down' || state === 'unreachable' ? 'red' : 'yellow', line);
}

function rowOf(region: RegionView, { links, before, at }: Seen, now: number): string[] {
  const { id, state, since, clients } = region;
  const own = links.filter(({ a, b }) => a === id || b === id);
  const seconds = before === undefined ? 0 : (at - before.at) / 1000;
  const moved = own.reduce((sum, link) => sum + movedOn(link, before?.links), 0);
  const old = before?.regions.find((each) => each.id === id);
  return [
    id,
    state,
    durationText(now - since),
    String(clients ?? '?'),
    messagesText(old?.inMsgs, region.inMsgs, seconds),
    messagesText(old?.outMsgs, region.outMsgs, seconds),
    // An external region has none.
    region.kind === 'external' ? '-' : `${own.filter((link) => link.state === 'up').length} of ${own.length}`,
    seconds === 0 || region.kind === 'external' ? '-' : `${bytesText(moved / seconds)}/s`,
  ];
}

/** A second; unknown where either count is, or where the server was started in between and counts from 0 again. */
function messagesText(before: number | undefined, after: number | undefined, seconds: number): string {
  if (seconds === 0 || before === undefined || after === undefined || after < before) return '-';
  return `${Math.round((after - before) / seconds)}/s`;
}

/** Bytes since the look before; a link that was re-established counts from 0 again. */
function movedOn({ a, b, bytes }: MeshLink, before: readonly MeshLink[] = []): number {
  const old = before.find((link) => link.a === a && link.b === b)?.bytes ?? null;
  return bytes === null || old === null || bytes < old ? 0 : bytes - old;
}
