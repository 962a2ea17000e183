// Restores on the whole stack: an archive is imported, restored on three servers, verified in a server of its own; what
// of a restore stays whose server is killed.

import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { beforeAll, expect, test } from 'vitest';
import { archiveHead } from '../../api/archive.ts';
import type { Job } from '../../api/backups.ts';
import { instanceNameOf } from '../../regions/names.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { headOf, tailOf } from '../../worker/jetstream/archive/archive-files.ts';
import { encodeEntry, NO_BYTES } from '../../worker/jetstream/archive/entry.ts';
import { concatenated } from '../../worker/s2/bytes.ts';
import { dataChunks } from '../../worker/s2/chunk-writer.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { jetStreamIsReady } from '../support/streams.ts';

const running = useStack();

const ACCOUNT = '$G';
const MESSAGE_BYTES = 100_000;
const MESSAGES_AT_A_TIME = 20;
/** It has to take seconds to restore: its server is killed meanwhile. */
const TORN_MESSAGES = 1_500;
const CONSUMER = { durable_name: 'worker', name: 'worker', ack_policy: 'explicit', deliver_policy: 'all' };
const DEADLINE = { timeoutMs: 60_000 };

beforeAll(async () => {
  await using client: Client = await connectFrom(running.stack.url, cityOf('oc'));
  await jetStreamIsReady(client.nats);
});

test('a backup comes back on three servers, and a consumer goes on where it was', {
  timeout: 120_000,
}, async () => {
  const { api, url } = running.stack;
  const name = await imported('ORDERS', 500);
  expect(await api.planRestore(name, {})).toMatchObject({
    messages: 500,
    lastSeq: 500,
    consumers: ['worker'],
  });
  expect(await ended((await api.restore(name, {})).id)).toMatchObject({ state: 'done', doneMessages: 500 });
  await using client: Client = await connectFrom(url, cityOf('oc'));
  const manager = await jetstreamManager(client.nats);
  const { state, config, cluster } = await manager.streams.info('ORDERS');
  expect(state).toMatchObject({ messages: 500, first_seq: 1, last_seq: 500 });
  expect(config.num_replicas).toBe(3);
  expect(cluster?.replicas).toHaveLength(2);
  const consumer = await jetstream(client.nats).consumers.get('ORDERS', 'worker');
  expect((await consumer.next({ expires: 5_000 }))?.seq).toBe(101);
  await expect(api.restore(name, {})).rejects.toThrow(/exists/);
  expect(await ended((await api.restore(name, { as: 'COPY', seq: 200 })).id)).toMatchObject({
    state: 'done',
  });
  expect((await manager.streams.info('COPY')).state).toMatchObject({ messages: 200, last_seq: 200 });
});

test('a backup is verified in a server that runs only meanwhile', { timeout: 120_000 }, async () => {
  const { api, engine } = running.stack;
  const name = await imported('VERIFIED', 200);
  expect(await ended((await api.verify(name)).id)).toMatchObject({ state: 'done' });
  const { backup } = await api.backup(name);
  expect(backup.verified).toMatchObject({ ok: true });
  expect(engine.server('nats-verify')).toBeUndefined();
});

test('of a restore whose server is killed nothing stays, and the job says so', {
  timeout: 180_000,
}, async () => {
  const { api, engine, url } = running.stack;
  const name = await imported('TORN', TORN_MESSAGES);
  const { id } = await api.restore(name, {});
  await waitFor(
    'the restore to be under way',
    DEADLINE,
    async () => ((await api.job(id))?.doneBytes ?? 0) > 0,
  );
  // It is the first of the regions that the connection goes through.
  await engine.server('nats-wnam')?.app.kill('SIGKILL');
  expect(await ended(id)).toMatchObject({ state: 'failed', problem: expect.stringContaining('TORN') });
  await using client: Client = await connectFrom(url, cityOf('oc'));
  const manager = await jetstreamManager(client.nats);
  const names: string[] = [];
  for await (const stream of manager.streams.names()) names.push(stream);
  expect(names).not.toContain('TORN');
  await waitFor('wnam to be back', DEADLINE, async () =>
    (await api.regions()).regions.every(({ id: region, state }) => region !== 'wnam' || state === 'up'),
  );
  expect(await ended((await api.restore(name, {})).id)).toMatchObject({
    state: 'done',
    doneMessages: TORN_MESSAGES,
  });
});

// A server that says goodbye is known to the others to be away: they answer differently for its streams.
test.each([
  ['killed', 'ALONE', killed],
  ['drained, and is back in service', 'DRAINED', drainedForAWhile],
] as const)(
  'a stream with one replica is back by itself when its server was %s, and a consumer goes on where it was',
  { timeout: 180_000 },
  async (_how, stream, end) => {
    const { api, url } = running.stack;
    await using client: Client = await connectFrom(url, cityOf('oc'));
    const manager = await jetstreamManager(client.nats);
    const subject = `${stream}.x`;
    await manager.streams.add({ name: stream, subjects: [`${stream}.*`], num_replicas: 1 });
    await manager.consumers.add(stream, { durable_name: 'worker', ack_policy: 'explicit' });
    for (let n = 1; n <= 50; n += 1) await jetstream(client.nats).publish(subject, `${n}`);
    const consumer = await jetstream(client.nats).consumers.get(stream, 'worker');
    for (let n = 1; n <= 20; n += 1) await (await consumer.next())?.ackAck();
    // With the last message what was acknowledged before it is backed up.
    await jetstream(client.nats).publish(subject, '51');
    await backedUp(stream, 51);
    // The Keeper looks, and so knows of the stream.
    await api.jetstream();
    const { cluster } = await manager.streams.info(stream);
    await end(cluster?.leader ?? '');
    await waitFor('the stream', { timeoutMs: 90_000 }, async () => {
      const { state } = await manager.streams.info(stream);
      return state.messages === 51;
    });
    // Messages are there before consumers are, and until then nobody answers.
    const back = await waitFor('the consumer', DEADLINE, () =>
      jetstream(client.nats).consumers.get(stream, 'worker'),
    );
    const next = await back.next();
    expect([next?.seq, next?.string()]).toEqual([21, '21']);
    expect((await jetstream(client.nats).publish(subject, '52')).seq).toBe(52);
    await backedUp(stream, 52);
    await waitFor('all servers to hold everything', DEADLINE, async () => {
      return (await api.jetstream()).members.every(
        ({ state, server }) => state === 'full' && server === 'up',
      );
    });
  },
);

test('after the loss of all three servers at once everything that is backed up is back by itself', {
  timeout: 180_000,
}, async () => {
  const { api, engine, url } = running.stack;
  const before = (await api.jetstream()).lastRestore?.at ?? 0;
  const held = await streamsHeld(url);
  expect(held.map(({ name }) => name)).toEqual(['ALONE', 'COPY', 'DRAINED', 'ORDERS', 'TORN']);
  await using elsewhere: Client = await connectFrom(url, cityOf('oc'));
  const all = ['nats-wnam', 'nats-enam', 'nats-weur'].map((server) => engine.server(server)?.app);
  await Promise.all(all.map((app) => app?.kill('SIGKILL')));
  const letIn: string[] = [];
  const made: string[] = [];
  await waitFor('the restore', { timeoutMs: 120_000 }, async () => {
    made.push(...(await makesStream(elsewhere, 'ORDERS')));
    const { regions } = await api.regions();
    // In this order: once it is restored, clients may come.
    const { loss, lastRestore } = await api.jetstream();
    if (loss !== null)
      letIn.push(...regions.flatMap(({ id, jetstream, state }) => (jetstream && state === 'up' ? [id] : [])));
    return (lastRestore?.at ?? 0) > before;
  });
  expect({ letIn, made }).toEqual({ letIn: [], made: [] });
  expect((await api.jetstream()).lastRestore).toMatchObject({ streams: held.length, problems: [] });
  await waitFor('clients to be let in', DEADLINE, async () => {
    return (await api.regions()).regions.every(({ state }) => state === 'up');
  });
  expect(await streamsHeld(url)).toEqual(held);
});

async function killed(server: string): Promise<void> {
  await running.stack.engine.server(server)?.app.kill('SIGKILL');
}

async function drainedForAWhile(server: string): Promise<void> {
  const { api, engine } = running.stack;
  const region = server.slice(instanceNameOf('').length);
  await api.operate(region, 'drain');
  await waitFor(`${server} to stop`, { timeoutMs: 90_000 }, () => engine.server(server) === undefined);
  await api.operate(region, 'undrain');
}

/** As many applications do when they start. Returns the stream if it could be made. */
async function makesStream({ nats }: Client, name: string): Promise<readonly string[]> {
  const manager = await jetstreamManager(nats, { timeout: 500, checkAPI: false });
  const config = { name, subjects: [`${name}.*`] };
  return manager.streams.add(config).then(
    ({ created }) => [created],
    () => [],
  );
}

/** What clients see of all streams. */
async function streamsHeld(url: string) {
  await using client: Client = await connectFrom(url, cityOf('oc'));
  await jetStreamIsReady(client.nats);
  const manager = await jetstreamManager(client.nats);
  const held: { name: string; messages: number; last: number; replicas: number }[] = [];
  for await (const { config, state } of manager.streams.list()) {
    const { name, num_replicas } = config;
    held.push({ name, messages: state.messages, last: state.last_seq, replicas: num_replicas });
  }
  return held.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function backedUp(name: string, upTo: number): Promise<void> {
  await waitFor(`message ${upTo} of ${name} to be backed up`, DEADLINE, async () => {
    const { streams } = await running.stack.api.backups();
    return streams.some(({ stream, lastSeq }) => stream === name && lastSeq === upTo);
  });
}

async function ended(id: string): Promise<Job> {
  let job: Job | undefined;
  await waitFor('the job to end', { timeoutMs: 120_000 }, async () => {
    job = await running.stack.api.job(id);
    return job?.state !== 'running';
  });
  return job as Job;
}

async function imported(stream: string, messages: number): Promise<{ account: string; stream: string }> {
  const name = { account: ACCOUNT, stream };
  await running.stack.api.importArchive(name, ReadableStream.from(archive(stream, messages)));
  return name;
}

/** As an export has it. */
function* archive(stream: string, messages: number): Generator<Uint8Array> {
  const config = {
    name: stream,
    subjects: [`${stream}.*`],
    retention: 'limits',
    storage: 'file',
    num_replicas: 3,
  };
  yield archiveHead({ config });
  const now = BigInt(Date.now()) * 1_000_000n;
  const time = new Date().toISOString();
  const state = {
    messages,
    bytes: messages * MESSAGE_BYTES,
    first_seq: 1,
    first_ts: time,
    last_seq: messages,
    last_ts: time,
  };
  const position = { consumer_seq: 100, stream_seq: 100 };
  yield headOf(state, [{ config: CONSUMER, state: { delivered: position, ack_floor: position } }], now);
  const payload = new Uint8Array(MESSAGE_BYTES).fill(120);
  for (let first = 1; first <= messages; first += MESSAGES_AT_A_TIME) {
    const count = Math.min(MESSAGES_AT_A_TIME, messages - first + 1);
    const entries = Array.from({ length: count }, (_, n) =>
      encodeEntry({ name: `${stream}.a`, header: NO_BYTES, payload, timestampNs: now, sequence: first + n }),
    );
    yield dataChunks(concatenated(entries));
  }
  yield tailOf();
}
