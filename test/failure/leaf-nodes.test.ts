// Real nats-servers join the nearest region as leaf nodes, with one line of configuration: what passes, in both directions, what is
// refused, and where they are when their region goes.

import { rm } from 'node:fs/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterEach, expect, test } from 'vitest';
import { ownRegions } from '../../regions/config.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from '../support/client.ts';
import { temporaryFolder } from '../support/command-process.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cfOf, cityOf, standingIn } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { type LeafNode, remoteOf as remoteAt, startLeafNode } from '../support/leaf-node.ts';
import { rawUpgrade } from '../support/raw-upgrade.ts';
import { jetStreamIsReady } from '../support/streams.ts';

const TOKEN = 'the-token-of-this-test';
const USER = 'factory';
/** What a configuration gives a meaning to. */
const PASSWORD = 'a"quoted"#$password\\';
const LINKED_WITHIN_MS = 10_000;

/** nats-server tries again after a second. */
const AGAIN_WITHIN_MS = 15_000;

const running = useStack(
  { ...configOf(['wnam', 'enam', 'weur']), doors: { leafnode: true, mqtt: false } },
  {
    auth: {
      secrets: { NATS_TOKEN: TOKEN, NATS_LEAF_USERS: `other pw\n${USER} ${PASSWORD}\n` },
      login: { token: TOKEN },
    },
  },
);

let undo = new AsyncDisposableStack();
afterEach(async () => {
  await undo.disposeAsync();
  undo = new AsyncDisposableStack();
});

const remoteOf = (user: string, password: string, path = '/leafnode') =>
  remoteAt(running.stack.url, user, password, path);

/** A nats-server that joins. @param more of its configuration */
const leafOf = (name: string, remotes: readonly string[], more = ''): Promise<LeafNode> =>
  startLeafNode(name, { remotes, more }, undo);

const clientAt = async (region: 'wnam' | 'enam' | 'weur') => {
  const client = await connectFrom(running.stack.url, cityOf(region), { token: TOKEN });
  undo.defer(() => client.close());
  return client.nats;
};

async function whereJoined(): Promise<string> {
  return waitFor('the leaf node to have joined', { timeoutMs: AGAIN_WITHIN_MS, pollMs: 200 }, async () => {
    const regions = await running.stack.regions();
    return regions.find(({ leafs = 0 }) => leafs > 0)?.id;
  });
}

test('messages, requests and queue groups pass in both directions; who is near is asked first', async () => {
  const leaf = await leafOf('factory', [remoteOf(USER, PASSWORD)]);
  await whereJoined();
  const client = await clientAt('enam');
  const heard = { atLeaf: 0, atClient: 0 };
  leaf.nats.subscribe('work', {
    queue: 'workers',
    callback: (_, message) => {
      heard.atLeaf += 1;
      message.respond('leaf');
    },
  });
  client.subscribe('work', {
    queue: 'workers',
    callback: (_, message) => {
      heard.atClient += 1;
      message.respond('client');
    },
  });
  client.subscribe('only.client', { callback: (_, message) => void message.respond('client') });
  leaf.nats.subscribe('only.leaf', { callback: (_, message) => void message.respond('leaf') });
  await Promise.all([client.flush(), leaf.nats.flush()]);
  const ask = (from: NatsConnection, subject: string) =>
    waitFor(`an answer to ${subject}`, { timeoutMs: LINKED_WITHIN_MS, pollMs: 100 }, async () =>
      (await from.request(subject, '', { timeout: 1_000 })).string(),
    );
  expect(await ask(leaf.nats, 'only.client')).toBe('client');
  expect(await ask(client, 'only.leaf')).toBe('leaf');
  heard.atLeaf = heard.atClient = 0;
  for (let count = 0; count < 50; count += 1) await leaf.nats.request('work', '', { timeout: 2_000 });
  expect(heard).toEqual({ atLeaf: 50, atClient: 0 });
});

test('JetStream of a leaf node is reached by its domain', async () => {
  const folder = undo.adopt(await temporaryFolder(), (each) => rm(each, { recursive: true, force: true }));
  const store = `jetstream { domain: factory, store_dir: ${JSON.stringify(folder)} }`;
  const leaf = await leafOf('factory', [remoteOf(USER, PASSWORD)], store);
  await whereJoined();
  const client = await clientAt('enam');
  const domain = { domain: 'factory', timeout: 5_000 };
  const own = await jetstreamManager(leaf.nats);
  await own.streams.add({ name: 'MACHINES', subjects: ['machines.*'] });
  await jetstream(leaf.nats).publish('machines.a', 'from the factory');
  const manager = await waitFor('its API from outside', { timeoutMs: LINKED_WITHIN_MS, pollMs: 200 }, () =>
    jetstreamManager(client, domain),
  );
  expect((await manager.streams.info('MACHINES')).state.messages).toBe(1);
});

test('JetStream of the regions is reached from a leaf node by theirs, which is the name of the cluster', async () => {
  const leaf = await leafOf('plain', [remoteOf(USER, PASSWORD)]);
  await whereJoined();
  await jetStreamIsReady(await clientAt('enam'));
  const manager = await jetstreamManager(leaf.nats, { timeout: 5_000, domain: 'meridian' });
  await waitFor('the stream', { timeoutMs: 20_000, pollMs: 200 }, () =>
    manager.streams.add({ name: 'ORDERS', subjects: ['orders.*'], num_replicas: 3 }),
  );
  await jetstream(leaf.nats, { domain: 'meridian', timeout: 5_000 }).publish(
    'orders.new',
    'from the leaf node',
  );
  expect((await manager.streams.info('ORDERS')).state.messages).toBe(1);
});

test('a region that is killed loses its leaf node to the next best one', { timeout: 60_000 }, async () => {
  const leaf = await leafOf('factory', [remoteOf(USER, PASSWORD)]);
  const first = await whereJoined();
  await running.stack.engine.beginOutage(`nats-${first}`);
  undo.defer(() => running.stack.engine.endOutage(`nats-${first}`));
  const killedAt = Date.now();
  await waitFor('it to be elsewhere', { timeoutMs: 30_000, pollMs: 100 }, async () => {
    const regions = await running.stack.regions();
    return regions.some(({ id, leafs = 0 }) => id !== first && leafs === 1);
  });
  console.log(`the leaf node was elsewhere ${Date.now() - killedAt} ms after its region was killed`);
  const client = await clientAt('enam');
  client.subscribe('still', { callback: (_, message) => void message.respond('here') });
  await client.flush();
  await waitFor('an answer', { timeoutMs: LINKED_WITHIN_MS, pollMs: 200 }, async () =>
    (await leaf.nats.request('still', '', { timeout: 1_000 })).string(),
  );
});

test.each(['/', '/eu', '/a/b'])('with the path %s in its address it joins too', async (path) => {
  await leafOf('below', [remoteOf(USER, PASSWORD, path)]);
  await whereJoined();
});

test.each([
  ['wrong credentials', () => remoteOf(USER, 'wrong'), '', /Authorization Violation/],
  ["the own links' user", () => remoteOf('session', PASSWORD), '', /Authorization Violation/],
  [
    "the regions' own cluster name",
    () => remoteOf(USER, PASSWORD),
    'cluster { name: meridian, port: -1 }',
    /same.*cluster name/i,
  ],
])('%s: the leaf node is told', async (_what, remote, more, words) => {
  const leaf = await leafOf('wrong', [remote()], more);
  await waitFor('the words', { timeoutMs: AGAIN_WITHIN_MS, pollMs: 100 }, () => words.test(leaf.log()));
});

test('a loop is told as one', async () => {
  const leaf = await leafOf('loop', [remoteOf(USER, PASSWORD), remoteOf('other', 'pw')]);
  await waitFor('the words', { timeoutMs: AGAIN_WITHIN_MS, pollMs: 100 }, () =>
    /loop|duplicate/i.test(leaf.log()),
  );
});

test('no more than the region takes, and none where the door is closed', { timeout: 60_000 }, async () => {
  const { version, config } = await running.stack.api.config();
  const edit = (changed: object, base: number) =>
    running.stack.api.put({ base, config: { ...config, ...changed } as typeof config, message: 'try' });
  const limited = ownRegions(config).map((region) => ({
    ...region,
    limits: { ...region.limits, maxLeafs: 0 },
  }));
  const { version: second } = await edit({ regions: limited }, version);
  const answer = () => rawUpgrade(`${running.stack.url}/leafnode`, standingIn(cfOf(cityOf('weur'))));
  await waitFor(
    'it to be full',
    { timeoutMs: 10_000, pollMs: 200 },
    async () => (await answer()).status === 503,
  );
  const { version: third } = await edit({ doors: { ...config.doors, leafnode: false } }, second);
  const refused = await waitFor('it to be closed', { timeoutMs: 10_000, pollMs: 200 }, async () => {
    const response = await answer();
    return response.status === 404 ? response : undefined;
  });
  expect(refused.body).toContain('doors.leafnode');
  await edit({}, third);
});

test.each(['/NATS', '//nats', '/leafnodes', '/Leafnode'])(
  '%s is no door, and those that there are are named',
  async (path) => {
    const { status, body } = await rawUpgrade(running.stack.url + path);
    expect(status).toBe(404);
    expect(body).toContain('NATS clients connect at / or /nats, leaf nodes at /leafnode, MQTT at /mqtt');
  },
);
