// Plain nats-servers, alone or as a cluster over TCP routes: what there would be without an edge. Each dials all
// that were started before it; after that, gossip and reconnects are NATS's own.

import { createRunFolder } from '../../../local/run-folder.ts';
import type { RunningStack, StackRequest } from './contestant.ts';
import { waitForFullMesh } from './full-mesh.ts';
import { type NatsProcess, startNats } from './nats-process.ts';

export async function startCluster({ natsServer, regions = 1 }: StackRequest): Promise<RunningStack> {
  const started = performance.now();
  const folder = await createRunFolder();
  const servers: NatsProcess[] = [];
  const add = async (name: string, peers: readonly NatsProcess[]) => {
    const routes = peers.map(({ cluster }) => `nats-route://127.0.0.1:${cluster}`);
    return startNats({ natsServer, folder, name, routes });
  };
  const close = async () => {
    await Promise.all(servers.map(({ app }) => app.remove()));
    await folder.remove();
  };
  try {
    for (let index = 0; index < regions; index++) servers.push(await add(`plain-${index}`, servers));
    const up = performance.now() - started;
    await waitForFullMesh(servers);
    return {
      url: `ws://127.0.0.1:${servers[0]?.webSocket}/`,
      steps: { up, mesh: performance.now() - started },
      servers: async () => servers,
      kill: async (name) => {
        const index = indexOf(servers, name);
        await servers[index]?.app.remove();
        servers[index] = await add(name, servers.toSpliced(index, 1));
      },
      stop: async (name) => servers[indexOf(servers, name)]?.app.remove(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function indexOf(servers: readonly NatsProcess[], name: string): number {
  const index = servers.findIndex((server) => server.name === name);
  if (index < 0) throw new Error(`there is no server ${name}`);
  return index;
}
