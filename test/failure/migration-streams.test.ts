// A stream of servers that exist is copied into the mesh while their clients move: the plan waits until nothing lacks, goes
// back when the copy hears nothing any more, and the copy becomes a stream of its own without losing a message.

import { rm } from 'node:fs/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { RolloutFile } from '../../api/rollouts.ts';
import { freePort, LOOPBACK } from '../../local/listen.ts';
import { validateConfig } from '../../regions/validate.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from '../support/client.ts';
import { temporaryFolder } from '../support/command-process.ts';
import { configOf } from '../support/data/checked-in.ts';
import { endRollouts } from '../support/end-rollouts.ts';
import { natsServerAt, type OtherServer } from '../support/external-servers.ts';
import { useStack } from '../support/file-stack.ts';
import { runRegions } from '../support/regions-command.ts';
import { jetStreamIsReady } from '../support/streams.ts';

const port = await freePort();
const folder = await temporaryFolder();
const own = configOf(['wnam', 'enam', 'weur']);
const validated = validateConfig({
  ...own,
  doors: { leafnode: true, mqtt: false },
  regions: [
    ...own.regions,
    { id: 'existing', kind: 'external', url: `ws://${LOOPBACK}:${port}`, latitude: 50.1, longitude: 8.7 },
  ],
});
if (!validated.ok) throw new Error(JSON.stringify(validated.problems));

const running = useStack(validated.config);

const STREAM = 'ORDERS';
const MESSAGES = 2_000;
const SOON = { timeoutMs: 60_000, pollMs: 250 };

const PLAN = {
  name: 'cut-over',
  every: '5s',
  failureLimit: 3,
  checks: [{ check: 'lag', stream: STREAM, max: 0 }],
  steps: [{ set: { 'existing.dial': 0 }, for: '5s' }],
} as const satisfies RolloutFile;

let existing: OtherServer;

async function startExisting(): Promise<void> {
  existing = await natsServerAt(
    port,
    'existing-1',
    `jetstream { store_dir: "${folder}", domain: existing }
     leafnodes { remotes: [{ urls: ["${running.stack.url.replace('http', 'ws')}/leafnode"] }] }`,
  );
}

beforeAll(startExisting);
afterEach(() => endRollouts(running.stack.api));
afterAll(async () => {
  await existing.close();
  await rm(folder, { recursive: true, force: true });
});

/** Connected to the servers that exist, or to the mesh. */
const at = (where: 'existing' | 'mesh') =>
  where === 'existing'
    ? connectFrom(`ws://${LOOPBACK}:${port}`, undefined)
    : connectFrom(running.stack.url, undefined, { headers: { 'x-nats-force-region': 'weur' } });

test('clients are moved once nothing lacks, and the copy is then a stream of its own', async () => {
  const { api } = running.stack;
  await using there = await at('existing');
  await using here = await at('mesh');
  await Promise.all([jetStreamIsReady(there.nats), jetStreamIsReady(here.nats)]);
  await (await jetstreamManager(there.nats)).streams.add({ name: STREAM, subjects: ['orders.>'] });
  const publish = async (from: number, to: number) => {
    for (let n = from; n < to; n += 1) await jetstream(there.nats).publish('orders.new', String(n));
  };
  await publish(0, MESSAGES / 2);
  const manager = await jetstreamManager(here.nats);
  await manager.streams.add({
    name: STREAM,
    duplicate_window: 120e9,
    mirror: { name: STREAM, external: { api: '$JS.existing.API', deliver: '' } },
  });
  await publish(MESSAGES / 2, MESSAGES);
  const { id } = await api.startRollout({ plan: PLAN });
  await waitFor('the clients to be moved', SOON, async () => (await api.rollout(id)).state === 'done');
  const copied = await manager.streams.info(STREAM);
  expect(copied.state).toMatchObject({ messages: MESSAGES, first_seq: 1, last_seq: MESSAGES });
  expect((await api.rollout(id)).verdicts).toMatchObject([
    { check: `lag of ${STREAM}`, outcome: 'pass', words: `${STREAM} lacks 0 messages (allowed 0)` },
  ]);
  const done = await runRegions(['stream', 'cut-over', STREAM, '--yes'], { edge: running.stack });
  expect(done).toMatchObject({ code: 0, out: expect.stringContaining(`until sequence ${MESSAGES}`) });
  // Whichever side somebody publishes at, over the leaf link too.
  await jetstream(here.nats).publish('orders.new', 'of its own');
  await jetstream(there.nats).publish('orders.new', 'from the other side');
  expect((await manager.streams.info(STREAM)).state.last_seq).toBe(MESSAGES + 2);
  const origin = await (await jetstreamManager(there.nats)).streams.info(STREAM);
  expect(origin.state.last_seq).toBe(MESSAGES);
}, 180_000);

test('a copy that hears nothing of its source any more is not taken for whole', async () => {
  const { api } = running.stack;
  await using here = await at('mesh');
  const manager = await jetstreamManager(here.nats);
  await manager.streams.delete(STREAM);
  await manager.streams.add({
    name: STREAM,
    mirror: { name: STREAM, external: { api: '$JS.existing.API', deliver: '' } },
  });
  const { id } = await api.startRollout({
    plan: { ...PLAN, steps: [{ set: { 'existing.dial': 50 }, for: '30m' }] },
  });
  await waitFor('the step', SOON, async () => (await api.rollout(id)).step === 0);
  await existing.close();
  try {
    const ended = await waitFor('the rollout to go back', SOON, async () => {
      const rollout = await api.rollout(id);
      return rollout.state === 'aborted' && rollout;
    });
    expect(ended.why).toMatch(
      /^lag of ORDERS had no data 3 times in a row: ORDERS has not heard of ORDERS for a while/,
    );
  } finally {
    await startExisting();
  }
}, 180_000);
