// The links between regions are compressed by a live edit, from one mode to another and back, while JetStream's clients
// publish and while links are cut.

import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { createInbox } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import { ownRegions } from '../../regions/config.ts';
import type { MeshCompression } from '../../regions/mesh-schema.ts';
import { expectedRttMs } from '../../routing/latency/prior.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { wantedCompression } from '../../worker/mesh/route-compression.ts';
import { pairsOf } from '../../worker/mesh/topology.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { awaitInterest } from '../support/interest.ts';
import { meshIsWhole } from '../support/mesh-state.ts';
import { monitorOf, readMonitor } from '../support/monitor.ts';
import { API_TIMEOUT_MS, jetStreamIsReady } from '../support/streams.ts';

const running = useStack();

/** Five turns of two seconds for six regions, on a machine that may be busy. */
const CHANGED_WITHIN_MS = 60_000;
const PUBLISH_TIMEOUT_MS = 500;

async function compress(compression: MeshCompression): Promise<void> {
  const { version, config } = await running.stack.api.config();
  const edited = { ...config, mesh: { ...config.mesh, compression } };
  await running.stack.api.put({ base: version, config: edited, message: `compression: ${compression}` });
}

/** Both ends of each link compress in this way, as the servers themselves say. */
async function allAre(compression: string): Promise<void> {
  const { stack } = running;
  await waitFor(`all links to be ${compression}`, { timeoutMs: CHANGED_WITHIN_MS, pollMs: 200 }, async () => {
    const routes = await Promise.all(
      stack.config.regions.map(
        async ({ id }) => (await readMonitor(await monitorOf(stack.engine, id), 'routez')).routes,
      ),
    );
    const links = await stack.mesh();
    return (
      routes.every((each) => each.length === stack.config.regions.length - 1) &&
      routes.flat().every((route) => route.compression === compression) &&
      links.every((link) => link.state === 'up' && link.compression === compression)
    );
  });
  await meshIsWhole(stack);
}

/** Publishes one after the other until it is stopped; what is not acknowledged is sent again under its own id. */
function keepPublishing({ nats }: Client, subject: string) {
  const client = jetstream(nats, { timeout: PUBLISH_TIMEOUT_MS });
  let [next, stopped] = [0, false];
  const done = (async () => {
    while (!stopped) {
      const msgID = `${next}`;
      const acknowledged = await client.publish(subject, msgID, { msgID }).then(
        () => true,
        () => false,
      );
      if (acknowledged) next += 1;
    }
  })();
  return {
    count: () => next,
    stop: async () => {
      stopped = true;
      await done;
      return next;
    },
  };
}

test('while the mode is changed three times, JetStream loses nothing that was acknowledged, and stores it once', {
  timeout: 240_000,
}, async () => {
  const { stack } = running;
  await allAre('off');
  await using sydney: Client = await connectFrom(stack.url, cityOf('oc'));
  await jetStreamIsReady(sydney.nats);
  const manager = await jetstreamManager(sydney.nats, { timeout: API_TIMEOUT_MS });
  await manager.streams.add({ name: 'ORDERS', subjects: ['orders'], num_replicas: 3 });
  const publishing = keepPublishing(sydney, 'orders');
  for (const mode of ['s2_fast', 's2_best', 'off'] as const) {
    await compress(mode);
    await allAre(mode);
    const before = publishing.count();
    await waitFor('more orders', { timeoutMs: CHANGED_WITHIN_MS }, () => publishing.count() > before + 10);
  }
  const published = await publishing.stop();
  const { state } = await manager.streams.info('ORDERS');
  console.log(`${published} orders were acknowledged over three changes`);
  // The last may have been stored without its acknowledgement.
  expect([published, published + 1]).toContain(state.messages);
});

/** What `s2_auto` has to choose for two regions. */
function ofDistance(one: string, other: string): string {
  const [from, to] = [one, other].map((region) =>
    ownRegions(running.stack.config).find(({ id }) => id === region),
  );
  if (from === undefined || to === undefined) throw new Error(`there is no link ${one} - ${other}`);
  return wantedCompression('s2_auto', expectedRttMs(from, to));
}

test('s2_auto compresses each link by the distance of its regions, in more than one way', {
  timeout: CHANGED_WITHIN_MS + 30_000,
}, async () => {
  const { stack } = running;
  await compress('s2_auto');
  const pairs = pairsOf(ownRegions(stack.config).map(({ id }) => id));
  expect(new Set(pairs.map(({ a, b }) => ofDistance(a, b))).size).toBeGreaterThan(1);
  await waitFor('links by distance', { timeoutMs: CHANGED_WITHIN_MS, pollMs: 200 }, async () => {
    const links = await stack.mesh();
    return links.every(({ a, b, compression }) => compression === ofDistance(a, b));
  });
});

test('a compressed link that is cut is made again, compressed, and carries everything', {
  timeout: CHANGED_WITHIN_MS + 60_000,
}, async () => {
  const { stack } = running;
  await compress('s2_better');
  await allAre('s2_better');
  const { routes } = await readMonitor(await monitorOf(stack.engine, 'oc'), 'routez');
  const port = routes.find(({ remote_name }) => remote_name === 'nats-weur')?.port ?? 0;
  expect(stack.engine.server('nats-oc')?.sidecar.cutConnection(port)).toBe(true);
  await waitFor('the link to be made again', { timeoutMs: CHANGED_WITHIN_MS }, async () => {
    const link = (await stack.mesh()).find(({ a, b }) => a === 'oc' && b === 'weur');
    return link?.state === 'up' && (link.remade ?? 0) > 0;
  });
  await allAre('s2_better');
  await using one: Client = await connectFrom(stack.url, cityOf('oc'));
  await using other: Client = await connectFrom(stack.url, cityOf('weur'));
  const subject = createInbox();
  const received: string[] = [];
  other.nats.subscribe(subject, { callback: (_error, message) => void received.push(message.string()) });
  await awaitInterest(other.nats, [one.nats]);
  const sent = Array.from(
    { length: 2_000 },
    (_, n) => `${n} ${'{"state":"up","clients":17} '.repeat(n % 40)}`,
  );
  for (const text of sent) one.nats.publish(subject, text);
  await waitFor('all messages', { timeoutMs: 10_000 }, () => received.length >= sent.length);
  expect(received).toEqual(sent);
});

test('a mode that there is not is refused, with those that there are', async () => {
  const { version, config } = await running.stack.api.config();
  const mesh = { ...config.mesh, compression: 'gzip' as MeshCompression };
  const edit = running.stack.api.put({ base: version, config: { ...config, mesh }, message: 'gzip' });
  await expect(edit).rejects.toThrow(/s2_fast/);
});
