// Plain nats-servers, alone or as a cluster over TCP routes: the alternative without an edge. Each dials all that were
// started before it; after that, gossip and reconnects are NATS's own. If a link is to be cut, the second server dials
// the first through a relay.

import { LOOPBACK } from '../../local/listen.ts';
import { createRunFolder } from '../../local/run-folder.ts';
import { withTeardown } from '../../local/teardown.ts';
import type { RunningStack, StackRequest } from './contestant.ts';
import { type NatsProcess, startNats } from './nats-process.ts';
import { makeOperator } from './operator.ts';
import { type RouteRelay, startRouteRelay } from './route-relay.ts';
import { waitForFullMesh } from './routes.ts';

export function startCluster({
  natsServer,
  regions = 1,
  cuttable = false,
  farAddress = LOOPBACK,
  systemRoute = false,
  ...request
}: StackRequest): Promise<RunningStack> {
  return withTeardown(async (undo) => {
    const started = performance.now();
    const operator = request.operator ? await makeOperator() : undefined;
    const env = { ...operator?.secrets, ...(systemRoute && { NATS_POOL_SIZE: '1' }) };
    const folder = await createRunFolder();
    undo.defer(folder.remove);
    const servers: NatsProcess[] = [];
    undo.defer(async () => void (await Promise.all(servers.map(({ app }) => app.remove()))));
    const add = async (name: string, peers: readonly NatsProcess[]) => {
      const routes = peers.map(({ cluster }) => `nats-route://${farAddress}:${cluster}`);
      return startNats({ natsServer, folder, name, routes, env });
    };
    let relay: RouteRelay | undefined;
    for (let index = 0; index < regions; index++) {
      const [first] = servers;
      const isThroughRelay = cuttable && index === 1 && first !== undefined;
      if (isThroughRelay) {
        relay = await startRouteRelay(first.cluster);
        undo.defer(relay.close);
      }
      const peers = relay && isThroughRelay ? [{ ...first, cluster: relay.port }] : servers;
      servers.push(await add(`plain-${index}`, peers));
    }
    const up = performance.now() - started;
    await waitForFullMesh(servers);
    return {
      url: `ws://127.0.0.1:${servers[0]?.webSocket}/`,
      ...(operator !== undefined && { credentials: operator.credentials }),
      steps: { up, mesh: performance.now() - started },
      servers: async () => servers,
      kill: async (name) => {
        const index = indexOf(servers, name);
        await servers[index]?.app.remove();
        servers[index] = await add(name, servers.toSpliced(index, 1));
      },
      cutLink: async () => {
        if (relay === undefined) throw new Error('no route of this cluster was asked to be cuttable');
        relay.cut();
      },
      stop: async (name) => servers[indexOf(servers, name)]?.app.remove(),
    };
  });
}

function indexOf(servers: readonly NatsProcess[], name: string): number {
  const index = servers.findIndex((server) => server.name === name);
  if (index < 0) throw new Error(`there is no server ${name}`);
  return index;
}
