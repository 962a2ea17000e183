// JetStream's promise: acknowledged messages survive as long as one region holds them.

import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { expect, test } from 'vitest';
import { PATHS } from '../../api/paths.ts';
import { instanceNameOf } from '../../regions/names.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { meshIsWhole } from '../support/mesh-state.ts';
import { monitorOf, readMonitor } from '../support/monitor.ts';
import { API_TIMEOUT_MS, currentReplicas, jetStreamIsReady } from '../support/streams.ts';
import { judge } from '../survival/judge.ts';
import { measure } from '../survival/measure.ts';
import type { Plan } from '../survival/plan.ts';

const running = useStack();

const STREAM = 'ORDERS';
const JETSTREAM_REGIONS = ['wnam', 'enam', 'weur'] as const;
const REPLICAS = JETSTREAM_REGIONS.length;

/** An election, a server's start and catching up with the stream. */
const REPAIRED_WITHIN_MS = 30_000;

/** The Keeper looks at the servers every 2 s if somebody wants to know. */
const TOLD_WITHIN_MS = 10_000;

/** While a leader is elected a publish gets no answer. */
const PUBLISH_TIMEOUT_MS = 500;

test('a stream on three regions survives the SIGKILL of each of them in turn, though every one comes back empty', {
  timeout: 120_000,
}, async () => {
  const { stack } = running;
  await using sydney: Client = await connectFrom(stack.url, cityOf('oc'));
  await jetStreamIsReady(sydney.nats);
  const manager = await jetstreamManager(sydney.nats, { timeout: API_TIMEOUT_MS });
  await manager.streams.add({ name: STREAM, subjects: ['orders.*'], num_replicas: REPLICAS });
  await allCurrent(manager);
  const acknowledged = new Set<string>();
  const publishing = keepPublishing(sydney, acknowledged);

  const leader = (await manager.streams.info(STREAM)).cluster?.leader ?? '';
  const followers = JETSTREAM_REGIONS.map(instanceNameOf).filter((name) => name !== leader);
  for (const name of [leader, ...followers]) {
    const before = acknowledged.size;
    await stack.engine.server(name)?.app.kill('SIGKILL');
    await waitFor(
      `orders to be taken after ${name} was killed`,
      { timeoutMs: REPAIRED_WITHIN_MS },
      () => acknowledged.size > before + 10,
    );
    await meshIsWhole(stack);
    await allCurrent(manager);
  }

  await publishing.stop();
  const stored = await readAll(sydney, manager);
  expect([...acknowledged].filter((order) => !stored.has(order))).toEqual([]);
});

test('two regions killed seconds apart, the leader first: the third one holds everything, and nothing is lost', {
  timeout: 120_000,
}, async () => {
  // The first one is back by then, empty; with the second one it could outvote the third.
  const plan: Plan = {
    run: 1,
    kind: 'killed',
    blows: [
      { role: 'leader', blow: 'killed', afterMs: 0 },
      { role: 'follower', blow: 'killed', afterMs: 2_500 },
    ],
  };
  const observed = await measure({
    stack: running.stack,
    plan,
    beforeMs: 2_000,
    wholeWithinMs: REPAIRED_WITHIN_MS,
    signal: new AbortController().signal,
    progress: () => {},
  });
  const { figures, missed } = judge(plan, observed, { rpoMs: 0 });
  expect(missed).toEqual([]);
  expect(figures).toMatchObject({ lost: 0, isTotal: false });
});

test('while two of three are out, /health says that JetStream does not serve, though clients are served', {
  timeout: 120_000,
}, async () => {
  const { stack } = running;
  const out = JETSTREAM_REGIONS.slice(0, 2).map(instanceNameOf);
  await Promise.all(out.map((name) => stack.engine.beginOutage(name)));
  try {
    await waitFor('JetStream not to serve', { timeoutMs: TOLD_WITHIN_MS }, async () => {
      const { ok, jetstream } = await stack.api.health();
      return ok && jetstream?.problem?.startsWith('1 of 3 JetStream servers');
    });
    const statuses = [PATHS.health, `${PATHS.health}?jetstream=true`].map(async (path) => {
      const response = await fetch(stack.url + path);
      await response.body?.cancel();
      return response.status;
    });
    expect(await Promise.all(statuses)).toEqual([200, 503]);
  } finally {
    for (const name of out) stack.engine.endOutage(name);
  }
  await waitFor('JetStream to serve again', { timeoutMs: REPAIRED_WITHIN_MS }, async () => {
    return (await stack.api.health()).jetstream?.ok;
  });
});

/** According to the leader, and to what each server itself reports. */
async function allCurrent(manager: JetStreamManager): Promise<void> {
  let wanted = 0;
  await waitFor('three current replicas', { timeoutMs: REPAIRED_WITHIN_MS }, async () => {
    wanted = (await manager.streams.info(STREAM)).state.last_seq;
    return (await currentReplicas(manager, STREAM)).length === REPLICAS;
  });
  await waitFor(`every replica to hold message ${wanted}`, { timeoutMs: REPAIRED_WITHIN_MS }, async () => {
    const held = await Promise.all(JETSTREAM_REGIONS.map(lastSequenceIn));
    return held.every((sequence) => sequence >= wanted);
  });
}

async function lastSequenceIn(region: string): Promise<number> {
  const { account_details = [] } = await readMonitor(
    await monitorOf(running.stack.engine, region),
    'jsz?streams=true',
  );
  const streams = account_details.flatMap(({ stream_detail = [] }) => stream_detail);
  return streams.find(({ name }) => name === STREAM)?.state.last_seq ?? 0;
}

/** Publishes one order after the other and notes those that were acknowledged. */
function keepPublishing({ nats }: Client, acknowledged: Set<string>): { stop(): Promise<void> } {
  let running = true;
  const client = jetstream(nats);
  const loop = (async () => {
    for (let n = 0; running; n += 1) {
      try {
        await client.publish(`orders.${n}`, `${n}`, { timeout: PUBLISH_TIMEOUT_MS, retries: 1 });
        acknowledged.add(`${n}`);
      } catch {
        // Not acknowledged, so nothing was promised.
      }
    }
  })();
  return {
    stop: () => {
      running = false;
      return loop;
    },
  };
}

async function readAll({ nats }: Client, manager: JetStreamManager): Promise<ReadonlySet<string>> {
  const { state } = await manager.streams.info(STREAM);
  const consumer = await jetstream(nats).consumers.get(STREAM);
  const stored = new Set<string>();
  for await (const message of await consumer.consume()) {
    stored.add(message.string());
    if (message.seq === state.last_seq) break;
  }
  return stored;
}
