// Members of a region: they come and go with its clients, share them, and what happens when one is lost or all are drained.

import { afterAll, expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';

/** Of each server: three are needed for all clients and the free places. */
const CAPACITY = 12;
const FREE = 8;
const CLIENTS = 28;

/** As many as are free come at once. */
const AT_ONCE = 7;

/** A window, and the drain of one member. */
const SHRUNK_WITHIN_MS = 60_000;

const running = useStack({
  ...configOf(['eeur', 'oc'], {
    eeur: {
      members: { min: 1, max: 3, freeConnections: FREE, windowSeconds: 10 },
      limits: {
        maxConnections: CAPACITY,
        maxUnauthenticatedPerAddress: 0,
        maxUnauthenticated: 0,
        maxPayloadBytes: 1_048_576,
      },
    },
  }),
  // The shortest that nats-server takes.
  lameDuck: { graceSeconds: 1, durationSeconds: 30 },
});

const clients: Client[] = [];
/** How often each was disconnected. */
const disconnects = new Map<Client, number>();
const disconnectsOf = (client: Client) => disconnects.get(client) ?? 0;

afterAll(() => Promise.all(clients.map((client) => client.close())));

const region = async () => (await running.stack.regions()).find(({ id }) => id === 'eeur');
const serversUp = async () => ((await region())?.servers ?? []).filter(({ state }) => state === 'up');
const serverOf = ({ nats }: Client) => nats.info?.server_name ?? '';

/** Returns once the region says that there is room for the next ones. */
async function untilRoom(): Promise<void> {
  await waitFor('room for the next clients', { timeoutMs: 30_000, pollMs: 200 }, async () => {
    const up = await serversUp();
    const room = up.reduce((sum, { clients, maxClients }) => sum + maxClients - (clients ?? maxClients), 0);
    const { decision } = await running.stack.api.scaling('eeur');
    return room > AT_ONCE && decision?.clients === clients.length && decision.action.kind === 'none';
  });
}

async function connect(): Promise<void> {
  const client = await connectFrom(running.stack.url, cityOf('eeur'));
  clients.push(client);
  void (async () => {
    for await (const { type } of client.nats.status())
      if (type === 'disconnect') disconnects.set(client, disconnectsOf(client) + 1);
  })();
}

async function setMin(min: number): Promise<void> {
  const { version, config } = await running.stack.api.config();
  const regions = config.regions.map((each) =>
    each.id === 'eeur' && each.members ? { ...each, members: { ...each.members, min } } : each,
  );
  await running.stack.api.put({ base: version, config: { ...config, regions }, message: `at least ${min}` });
}

/** Of each server as many stay. */
async function keepOfEach(count: number): Promise<void> {
  const kept = new Map<string, number>();
  const leaving: Client[] = [];
  for (const client of clients.splice(0)) {
    const soFar = kept.get(serverOf(client)) ?? 0;
    kept.set(serverOf(client), soFar + 1);
    if (soFar < count) clients.push(client);
    else leaving.push(client);
  }
  await Promise.all(leaving.map((client) => client.close()));
}

/** Who hears what one client publishes. */
async function heardBy(publisher: Client, listeners: readonly Client[], subject: string): Promise<number> {
  const heard = new Set<Client>();
  const subscriptions = listeners.map((listener) =>
    listener.nats.subscribe(subject, { callback: () => void heard.add(listener) }),
  );
  await Promise.all(listeners.map(({ nats }) => nats.flush()));
  await waitFor('all to hear it', { timeoutMs: 20_000, pollMs: 100 }, async () => {
    publisher.nats.publish(subject);
    await publisher.nats.flush();
    return heard.size === listeners.length;
  });
  for (const subscription of subscriptions) subscription.unsubscribe();
  return heard.size;
}

test('members are started before there is no room, take their share, and are one mesh with all others', {
  timeout: 180_000,
}, async () => {
  while (clients.length < CLIENTS) {
    await untilRoom();
    await Promise.all(Array.from({ length: AT_ONCE }, connect));
  }
  // Nobody was sent to another region.
  expect(clients.map(serverOf).filter((name) => !name.startsWith('nats-eeur'))).toEqual([]);
  expect(new Set(clients.map(serverOf))).toEqual(new Set(['nats-eeur', 'nats-eeur-2', 'nats-eeur-3']));
  expect(clients.every((client) => disconnectsOf(client) === 0)).toBe(true);
  await waitFor('the region to count them all', { timeoutMs: 10_000, pollMs: 200 }, async () => {
    const { clients: counted } = (await region()) ?? {};
    return counted === CLIENTS;
  });
  expect((await region())?.maxClients).toBe(3 * CAPACITY);
  await using far = await connectFrom(running.stack.url, cityOf('oc'));
  expect(far.region).toBe('oc');
  for (const name of ['nats-eeur', 'nats-eeur-3']) {
    const publisher = clients.find((client) => serverOf(client) === name);
    if (publisher === undefined) throw new Error(`nobody is at ${name}`);
    expect(await heardBy(publisher, [...clients, far], `from.${name}`)).toBe(CLIENTS + 1);
  }
  expect(await heardBy(far, clients, 'from.afar')).toBe(CLIENTS);
});

test('a member that is killed costs its clients one reconnect, and the others nothing', {
  timeout: 60_000,
}, async () => {
  // The others take its clients, and none of them leaves meanwhile.
  await setMin(3);
  await keepOfEach(4);
  const lost = clients.filter((client) => serverOf(client) === 'nats-eeur-2');
  expect(lost).toHaveLength(4);
  await running.stack.engine.server('nats-eeur-2')?.app.kill('SIGKILL');
  await waitFor('its clients to be back', { timeoutMs: 30_000, pollMs: 100 }, async () => {
    await Promise.all(clients.map(({ nats }) => nats.flush()));
    return lost.every((client) => disconnectsOf(client) > 0);
  });
  await Promise.all(clients.map(({ nats }) => nats.flush()));
  expect(clients.filter((client) => disconnectsOf(client) > 0 && !lost.includes(client))).toEqual([]);
  expect(clients.map(serverOf).filter((name) => !name.startsWith('nats-eeur'))).toEqual([]);
  await waitFor('it to be up again', { timeoutMs: 30_000, pollMs: 200 }, async () =>
    (await serversUp()).some(({ number }) => number === 2),
  );
});

test('when most clients have gone a member leaves, and its clients come back within the region', {
  timeout: SHRUNK_WITHIN_MS + 30_000,
}, async () => {
  await keepOfEach(1);
  // Nobody need be at the one that was killed.
  expect(clients.length).toBeGreaterThan(1);
  await setMin(2);
  await waitFor(
    'a member to leave',
    { timeoutMs: SHRUNK_WITHIN_MS, pollMs: 200 },
    async () => (await region())?.servers?.length === 2,
  );
  await Promise.all(clients.map(({ nats }) => nats.flush()));
  const names = new Set((await serversUp()).map(({ name }) => name));
  expect(clients.map(serverOf).filter((name) => !names.has(name))).toEqual([]);
});

test('a drain of the region is one of its members too', { timeout: 120_000 }, async () => {
  await waitFor('a member', { timeoutMs: 20_000, pollMs: 200 }, async () => (await serversUp()).length === 2);
  await running.stack.api.operate('eeur', 'drain');
  await waitFor('all of them to be down', { timeoutMs: 60_000, pollMs: 200 }, async () => {
    const { state, servers = [] } = (await region()) ?? {};
    return state === 'asleep' && servers.every((server) => server.state === 'asleep');
  });
  expect(clients.map(({ region }) => region)).toEqual(clients.map(() => 'oc'));
  await running.stack.api.operate('eeur', 'undrain');
  await waitFor(
    'both to be back',
    { timeoutMs: 30_000, pollMs: 200 },
    async () => (await serversUp()).length === 2,
  );
});
