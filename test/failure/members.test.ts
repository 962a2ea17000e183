// Members of a region: they come and go with its clients, share them, and what happens when one is lost or all are drained.
// Each test has a region of its own, and brings it into the state with which it begins.

import { afterEach, expect, test } from 'vitest';
import { ownRegions, type RegionConfig } from '../../regions/config.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { connectMoved, type MovedClient } from '../support/moved-clients.ts';

/** Of each server: three are needed for all clients and the free places. */
const CAPACITY = 12;
const FREE = 8;
const CLIENTS = 28;

/** As many as are free come at once. */
const AT_ONCE = 7;

/** A window, and the drain of one member. */
const SHRUNK_WITHIN_MS = 60_000;

const UP_WITHIN = { timeoutMs: 30_000, pollMs: 200 };

/** The regions, and how many servers each begins with. */
const MIN = { eeur: 1, weur: 3, enam: 3, apac: 2 } as const;
type Id = keyof typeof MIN;

const regionWith = (min: number) => ({
  members: { min, max: 3, freeConnections: FREE, windowSeconds: 10 },
  jetstream: false,
  limits: {
    maxConnections: CAPACITY,
    maxUnauthenticatedPerAddress: 0,
    maxUnauthenticated: 0,
    maxPayloadBytes: 1_048_576,
  },
});

const running = useStack({
  ...configOf(['eeur', 'weur', 'enam', 'apac', 'oc'], {
    eeur: regionWith(MIN.eeur),
    weur: regionWith(MIN.weur),
    enam: regionWith(MIN.enam),
    apac: regionWith(MIN.apac),
  }),
  // The shortest that nats-server takes.
  lameDuck: { graceSeconds: 1, durationSeconds: 30 },
});

const clients: MovedClient[] = [];
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

const regionOf = async (id: Id) => (await running.stack.regions()).find((region) => region.id === id);
const serversUp = async (id: Id) =>
  ((await regionOf(id))?.servers ?? []).filter(({ state }) => state === 'up');
const strangersTo = (id: Id) =>
  clients.map(({ server }) => server).filter((name) => !name.startsWith(`nats-${id}`));

/** Returns once the region says that there is room for the next ones. */
async function untilRoom(id: Id): Promise<void> {
  await waitFor('room for the next clients', UP_WITHIN, async () => {
    const up = await serversUp(id);
    const room = up.reduce((sum, { clients, maxClients }) => sum + maxClients - (clients ?? maxClients), 0);
    const { decision } = await running.stack.api.scaling(id);
    return room > AT_ONCE && decision?.clients === clients.length && decision.action.kind === 'none';
  });
}

async function connect(id: Id, count: number): Promise<void> {
  const come = Array.from({ length: count }, () => connectMoved(running.stack.url, cityOf(id)));
  clients.push(...(await Promise.all(come)));
}

/** One after the other: the first is told how full each server is. They take four each. */
async function connectFourEach(id: Id, servers: number): Promise<void> {
  for (let count = 0; count < 4 * servers; count += 1) await connect(id, 1);
}

/** Returns once there are as many servers, or more. */
async function begin(id: Id, min: number): Promise<void> {
  await edit(id, min);
  await waitFor(`${min} servers`, UP_WITHIN, async () => (await serversUp(id)).length >= min);
}

async function edit(id: Id, min: number): Promise<void> {
  const { version, config } = await running.stack.api.config();
  const changed = (region: RegionConfig) =>
    region.id === id && region.members
      ? { ...region, drain: false, members: { ...region.members, min } }
      : region;
  const after = { ...config, regions: ownRegions(config).map(changed) };
  if (JSON.stringify(after) !== JSON.stringify(config))
    await running.stack.api.put({ base: version, config: after, message: `at least ${min}` });
}

/** Of each server as many stay. */
async function keepOfEach(count: number): Promise<void> {
  const kept = new Map<string, number>();
  const leaving: MovedClient[] = [];
  for (const client of clients.splice(0)) {
    const soFar = kept.get(client.server) ?? 0;
    kept.set(client.server, soFar + 1);
    if (soFar < count) clients.push(client);
    else leaving.push(client);
  }
  await Promise.all(leaving.map((client) => client.close()));
}

/** Who hears what one client publishes. */
async function heardBy(
  publisher: MovedClient,
  listeners: readonly MovedClient[],
  subject: string,
): Promise<number> {
  const heard = new Set<MovedClient>();
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
    await untilRoom('eeur');
    await connect('eeur', AT_ONCE);
  }
  // Nobody was sent to another region.
  expect(strangersTo('eeur')).toEqual([]);
  expect(new Set(clients.map(({ server }) => server))).toEqual(
    new Set(['nats-eeur', 'nats-eeur-2', 'nats-eeur-3']),
  );
  expect(clients.every(({ disconnects }) => disconnects === 0)).toBe(true);
  await waitFor('the region to count them all', { timeoutMs: 10_000, pollMs: 200 }, async () => {
    const { clients: counted } = (await regionOf('eeur')) ?? {};
    return counted === CLIENTS;
  });
  expect((await regionOf('eeur'))?.maxClients).toBe(3 * CAPACITY);
  await using far = await connectMoved(running.stack.url, cityOf('oc'));
  expect(far.region).toBe('oc');
  for (const name of ['nats-eeur', 'nats-eeur-3']) {
    const publisher = clients.find(({ server }) => server === name);
    if (publisher === undefined) throw new Error(`nobody is at ${name}`);
    expect(await heardBy(publisher, [...clients, far], `from.${name}`)).toBe(CLIENTS + 1);
  }
  expect(await heardBy(far, clients, 'from.afar')).toBe(CLIENTS);
});

test('a member that is killed costs its clients one reconnect, and the others nothing', {
  timeout: 90_000,
}, async () => {
  await begin('weur', MIN.weur);
  // The others take its clients, and none of them leaves meanwhile.
  await connectFourEach('weur', MIN.weur);
  const lost = clients.filter(({ server }) => server === 'nats-weur-2');
  expect(lost).toHaveLength(4);
  await running.stack.engine.server('nats-weur-2')?.app.kill('SIGKILL');
  await waitFor('its clients to be back', { timeoutMs: 30_000, pollMs: 100 }, async () => {
    await Promise.all(clients.map(({ nats }) => nats.flush()));
    return lost.every(({ disconnects }) => disconnects > 0);
  });
  await Promise.all(clients.map(({ nats }) => nats.flush()));
  expect(clients.filter((client) => client.disconnects > 0 && !lost.includes(client))).toEqual([]);
  expect(strangersTo('weur')).toEqual([]);
  await waitFor('it to be up again', UP_WITHIN, async () =>
    (await serversUp('weur')).some(({ number }) => number === 2),
  );
});

test('when most clients have gone a member leaves, and its clients come back within the region', {
  timeout: SHRUNK_WITHIN_MS + 60_000,
}, async () => {
  await begin('enam', MIN.enam);
  await connectFourEach('enam', MIN.enam);
  await keepOfEach(1);
  expect(clients).toHaveLength(MIN.enam);
  await edit('enam', 2);
  await waitFor(
    'a member to leave',
    { timeoutMs: SHRUNK_WITHIN_MS, pollMs: 200 },
    async () => (await regionOf('enam'))?.servers?.length === 2,
  );
  await Promise.all(clients.map(({ nats }) => nats.flush()));
  const names = new Set((await serversUp('enam')).map(({ name }) => name));
  expect(clients.map(({ server }) => server).filter((name) => !names.has(name))).toEqual([]);
});

test('a drain of the region is one of its members too', { timeout: 150_000 }, async () => {
  await begin('apac', MIN.apac);
  await connectFourEach('apac', MIN.apac);
  expect(new Set(clients.map(({ server }) => server)).size).toBe(MIN.apac);
  await running.stack.api.operate('apac', 'drain');
  await waitFor('all of them to be down', { timeoutMs: 60_000, pollMs: 200 }, async () => {
    const { state, servers = [] } = (await regionOf('apac')) ?? {};
    return state === 'asleep' && servers.every((server) => server.state === 'asleep');
  });
  expect(strangersTo('apac')).toHaveLength(clients.length);
  await running.stack.api.operate('apac', 'undrain');
  await waitFor('both to be back', UP_WITHIN, async () => (await serversUp('apac')).length === 2);
});
