// `regions mesh`: the links between the regions.

import { styleText } from 'node:util';
import { Command } from 'commander';
import type { MeshLink } from '../api/mesh.ts';
import { formatTable } from '../regions/table.ts';
import { bytesText, durationText } from './backup-text.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { openClient } from './live.ts';
import { say } from './wrap.ts';

/** Makes the subcommand. */
export function meshCommand(): Command {
  return withConnection(new Command('mesh'))
    .description('list the links between the regions')
    .option('--json', 'print them as JSON')
    .action(async ({ json, ...options }: ConnectionOptions & { readonly json?: true }) => {
      const mesh = await (await openClient(options)).mesh();
      if (json) console.log(JSON.stringify(mesh, null, 2));
      else say(meshText(mesh.links, Date.now()));
    });
}

const HEAD = ['LINK', 'STATE', 'SINCE', 'RTT', 'BYTES', 'REMADE', 'OVER', 'COMPRESSION'];

/** @param now ms since the epoch */
export function meshText(links: readonly MeshLink[], now: number): string {
  const [head = '', ...lines] = formatTable([HEAD, ...links.map((link) => rowOf(link, now))]).split('\n');
  const styled = lines.map((line, index) => {
    const { state } = links[index] ?? {};
    if (state === 'up') return line;
    return styleText(state === 'asleep' ? 'dim' : state === 'connecting' ? 'yellow' : 'red', line);
  });
  const up = links.filter(({ state }) => state === 'up').length;
  const plain = links.flatMap(({ a, b, plainBecause }) =>
    plainBecause === null ? [] : [`${a} - ${b} is not compressed: ${plainBecause}.`],
  );
  return [styleText('bold', head), ...styled, `${up} of ${links.length} links are up.`, ...plain].join('\n');
}

function rowOf(
  { a, b, state, since, rttMs, bytes, remade, transport, compression }: MeshLink,
  now: number,
): string[] {
  return [
    `${a} - ${b}`,
    state,
    since === null ? '?' : durationText(now - since),
    rttMs === null ? '?' : `${rttMs.toFixed(1)} ms`,
    bytes === null ? '?' : bytesText(bytes),
    String(remade ?? '?'),
    transport ?? '-',
    compression ?? '?',
  ];
}
