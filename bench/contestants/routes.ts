// Reads the routes from the servers themselves, in the same way for every kind of cluster: whether all servers are
// linked, and how long it takes until a cut route is re-established.

import { waitFor } from '../../waiting/wait-for.ts';
import type { Routez, RoutezRoute } from '../../worker/region/monitoring-answers.ts';
import type { ServerPorts } from './contestant.ts';

const MESH_TIMEOUT_MS = 120_000;

/** Returns once each server has a route to every other. */
export async function waitForFullMesh(servers: readonly ServerPorts[]): Promise<void> {
  await waitFor('all servers to be linked', { timeoutMs: MESH_TIMEOUT_MS }, () => isFullMesh(servers));
}

async function isFullMesh(servers: readonly ServerPorts[]): Promise<boolean> {
  const all = await Promise.all(servers.map(({ monitoring }) => readRoutez(monitoring)));
  const ids = new Set(all.map(({ server_id }) => server_id));
  return all.every(({ server_id, routes }) => {
    const linked = new Set(routes.map(({ remote_id }) => remote_id).filter((id) => ids.has(id)));
    return linked.size === ids.size - 1 && !linked.has(server_id);
  });
}

/** How many peers each server has a route to, and how many routes it has to them. */
export function countRoutes(
  servers: readonly ServerPorts[],
): Promise<readonly { readonly peers: number; readonly routes: number }[]> {
  return Promise.all(
    servers.map(async ({ monitoring }) => {
      const { routes } = await readRoutez(monitoring);
      return { peers: new Set(routes.map(({ remote_id }) => remote_id)).size, routes: routes.length };
    }),
  );
}

/** The route that a server has to another one; undefined while there is none. */
export async function routeBetween(
  { monitoring }: ServerPorts,
  peer: ServerPorts,
): Promise<RoutezRoute | undefined> {
  const [own, other] = await Promise.all([readRoutez(monitoring), readRoutez(peer.monitoring)]);
  return own.routes.find(({ remote_id }) => remote_id === other.server_id);
}

/**
 * Has the route between two servers cut.
 *
 * @returns milliseconds until each has another one to the other
 */
export async function timeToRemake(
  [one, other]: readonly [ServerPorts, ServerPorts],
  cut: () => Promise<void>,
): Promise<number> {
  const look = () => Promise.all([routeBetween(one, other), routeBetween(other, one)]);
  const before = await look();
  const started = performance.now();
  await cut();
  const options = { timeoutMs: MESH_TIMEOUT_MS, pollMs: 0 };
  return waitFor(`the route between ${one.name} and ${other.name} to be made again`, options, async () => {
    const now = await look();
    return (
      now.every((route, index) => route !== undefined && route.rid !== before[index]?.rid) &&
      performance.now() - started
    );
  });
}

async function readRoutez(port: number): Promise<Routez> {
  const response = await fetch(`http://127.0.0.1:${port}/routez`);
  if (!response.ok) throw new Error(`/routez on port ${port} answered ${response.status}`);
  return (await response.json()) as Routez;
}
