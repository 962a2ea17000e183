// Regions and links as tables, and what to copy to try the stack.

import type { MeshLink } from '../api/mesh.ts';
import { PATHS } from '../api/paths.ts';
import type { RegionView } from '../api/regions.ts';
import { instanceNameOf } from '../regions/names.ts';
import { formatTable } from '../regions/table.ts';

export function regionTable(regions: readonly RegionView[]): string {
  return formatTable([
    ['region', 'where', 'server', 'state', 'clients'],
    ...regions.map(({ id, name, kind, state, clients }) => [
      id,
      name,
      kind ?? instanceNameOf(id),
      state,
      String(clients ?? '?'),
    ]),
  ]);
}

/** Links as a triangle: the state of each pair where their rows and columns meet. */
export function linkTable(links: readonly MeshLink[]): string {
  const ids = [...new Set(links.flatMap(({ a, b }) => [a, b]))].toSorted();
  const cell = (row: string, column: string) =>
    links.find(({ a, b }) => (a === row && b === column) || (a === column && b === row))?.state ?? '';
  const rows = ids
    .slice(1)
    .map((row, index) => [row, ...ids.slice(0, index + 1).map((column) => cell(row, column))]);
  const up = links.filter(({ state }) => state === 'up').length;
  return `${formatTable([['links', ...ids.slice(0, -1)], ...rows])}\n${up} of ${links.length} links up`;
}

/** How to connect, for copying. */
/** @param context that of the `nats` command with the credentials, where clients need some */
export function instructions(url: string, adminToken: string, context?: string): string {
  const socket = url.replace(/^http/, 'ws');
  const nats = context === undefined ? `nats --server ${socket}` : `nats --context ${context}`;
  return `map  ${url}/

NATS over WebSocket: ${socket}
health: ${url}${PATHS.health}   regions: ${url}${PATHS.regions}   mesh: ${url}${PATHS.mesh}

the nats command:
  ${nats} sub '>'

nats.js (npm install @nats-io/nats-core):
  import { wsconnect } from '@nats-io/nats-core';
  const nc = await wsconnect({ servers: '${socket}' });
  console.log(nc.info.server_name);

change the regions while clients are connected (the command finds this stack by itself):
  npm run regions -- list
  npm run regions -- set weur.dial=50
  npm run regions -- --help
admin API: Authorization: Bearer ${adminToken}

which region would a client in Sydney get?
  npm run regions -- route SYD`;
}
