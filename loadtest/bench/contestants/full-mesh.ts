// Asks the servers themselves whether all of them are linked: the same question for every kind of cluster.

import { waitFor } from '../../../local/wait-for.ts';
import type { ServerPorts } from './contestant.ts';

const MESH_TIMEOUT_MS = 120_000;

interface Routez {
  readonly server_id: string;
  readonly routes?: readonly { readonly remote_id: string }[];
}

/** Returns once each server has a route to every other. */
export function waitForFullMesh(servers: readonly ServerPorts[]): Promise<void> {
  return waitFor('all servers to be linked', { timeoutMs: MESH_TIMEOUT_MS }, () => isFullMesh(servers));
}

async function isFullMesh(servers: readonly ServerPorts[]): Promise<boolean> {
  const all = await Promise.all(servers.map(({ monitoring }) => readRoutez(monitoring)));
  const ids = new Set(all.map(({ server_id }) => server_id));
  return all.every(({ server_id, routes = [] }) => {
    const linked = new Set(routes.map(({ remote_id }) => remote_id).filter((id) => ids.has(id)));
    return linked.size === ids.size - 1 && !linked.has(server_id);
  });
}

async function readRoutez(port: number): Promise<Routez> {
  const response = await fetch(`http://127.0.0.1:${port}/routez`);
  if (!response.ok) throw new Error(`/routez on port ${port} answered ${response.status}`);
  return (await response.json()) as Routez;
}
