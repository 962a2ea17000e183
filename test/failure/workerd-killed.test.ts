// The edge itself dies: workerd, with the Worker and all objects in it. Miniflare restarts it, as Cloudflare
// would; the containers keep running, and the connections of the objects have to be re-established.

import { expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { cityOf, REGIONS } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { awaitInterest } from '../support/interest.ts';
import { meshIsWhole } from '../support/mesh-state.ts';
import { monitorOf, readMonitor } from '../support/monitor.ts';
import { processesBelow } from '../support/process-tree.ts';

const running = useStack();

const RECOVERED_WITHIN_MS = 15_000;

async function workerd(): Promise<number | undefined> {
  const found = await processesBelow(process.pid);
  return found.find(({ command }) => command.includes('workerd serve'))?.pid;
}

test.each(['once', 'again'])(
  'killed with SIGKILL (%s), it comes back: clients reconnect to their regions and the mesh is whole',
  async () => {
    const { stack } = running;
    const clients: Client[] = [];
    for (const region of REGIONS) clients.push(await connectFrom(stack.url, cityOf(region)));
    const before = await workerd();
    if (before === undefined) throw new Error('workerd runs below this process');
    const reconnected = clients.map(async ({ nats }) => {
      for await (const { type } of nats.status()) if (type === 'reconnect') return;
    });

    const servers = REGIONS.map((region) => stack.engine.server(`nats-${region}`)?.app);
    process.kill(before, 'SIGKILL');
    await Promise.all(reconnected);
    expect(await workerd()).not.toBe(before);
    await waitFor('every client to be in its own region', { timeoutMs: RECOVERED_WITHIN_MS }, () =>
      clients.every(({ region }, n) => region === REGIONS[n]),
    );
    await meshIsWhole(stack, RECOVERED_WITHIN_MS);
    expect(REGIONS.map((region) => stack.engine.server(`nats-${region}`)?.app)).toEqual(servers);
    const all = clients.map(({ nats }) => nats);
    for (const client of all) await awaitInterest(client, all);
    for (const region of REGIONS) {
      const { routes } = await readMonitor(await monitorOf(stack.engine, region), 'routez');
      expect(routes.length, `routes of ${region}`).toBe(REGIONS.length - 1);
    }
    for (const client of clients) await client.close();
  },
);
