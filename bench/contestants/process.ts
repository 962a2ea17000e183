// The process of one stack: it runs the engine (in this process), workerd and the nats-servers, and answers what the
// benchmarks ask about them.

import type { ApiClient, BackupName } from '../../api/client.ts';
import { serveParent } from '../child.ts';
import { usageBelow } from '../process-usage.ts';
import type { Kind, RunningStack, StackRequest } from './contestant.ts';
import { startControlEdge } from './control-edge.ts';
import { startMeridian } from './meridian.ts';
import { startCluster } from './nats-cluster.ts';
import { countRoutes, timeToRemake, waitForFullMesh } from './routes.ts';

const START: Readonly<Record<Kind, (request: StackRequest) => Promise<RunningStack>>> = {
  direct: startCluster,
  'tcp-cluster': startCluster,
  platform: (request) => startControlEdge('platform', request),
  calls: (request) => startControlEdge('calls', request),
  stock: (request) => startControlEdge('stock', request),
  splice: (request) => startControlEdge('splice', request),
  meridian: startMeridian,
};

let starting: Promise<RunningStack> | undefined;

const methods = {
  start: async (request: StackRequest) => {
    starting = START[request.kind](request);
    const { url, regions, credentials, steps } = await starting;
    return { url, regions, credentials, steps };
  },
  servers: async () => (await running()).servers(),
  usage: async () => usageBelow(process.pid),
  isolateBytes: async (): Promise<number> => {
    const bytes = await (await running()).isolateBytes?.();
    if (bytes === undefined) throw new Error('this stack was not started to be inspected');
    return bytes;
  },
  /** Null: nobody counts it. */
  routeBytes: async () => (await (await running()).routeBytes?.()) ?? null,
  routeCounts: async () => countRoutes(await (await running()).servers()),
  /** Of Meridian: as `GET /api/mesh` tells of them. */
  links: async () => (await (await api()).mesh()).links,
  stop: async ({ server }: { server: string }) => (await running()).stop(server),
  /** Kills a server; returns the milliseconds until all servers are linked again. */
  killAndHeal: async ({ server }: { server: string }): Promise<number> => {
    const stack = await running();
    const started = performance.now();
    await stack.kill(server);
    await waitForFullMesh(await stack.servers());
    return performance.now() - started;
  },
  /** Cuts the route between the first two servers; returns the milliseconds until there is another one. */
  cutAndHeal: async (): Promise<number> => {
    const stack = await running();
    const [one, other] = await stack.servers();
    if (one === undefined || other === undefined) throw new Error('there are no two servers');
    return timeToRemake([one, other], () => stack.cutLink());
  },
  backups: async () => (await api()).backups(),
  backup: async (name: BackupName) => (await api()).backup(name),
  restore: async ({ as, ...name }: BackupName & { readonly as: string }) =>
    (await api()).restore(name, { as }),
  job: async ({ id }: { id: string }) => (await api()).job(id),
  close: async () => close(),
};

export type StackMethods = typeof methods;

serveParent(methods, close);

async function running(): Promise<RunningStack> {
  if (starting === undefined) throw new Error('no stack was started');
  return starting;
}

async function api(): Promise<ApiClient> {
  const found = (await running()).api;
  if (found === undefined) throw new Error('this stack has no API');
  return found;
}

/** Waits for a start in progress: only what is up can be stopped in order. */
async function close(): Promise<void> {
  const stack = await starting?.catch(() => undefined);
  starting = undefined;
  await stack?.close();
}
