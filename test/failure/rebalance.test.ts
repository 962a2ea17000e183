// After a region has grown its clients are moved until its servers are about equally full: slowly, each once at most, and
// nobody notices who does what its server tells it, or publishes with acknowledgements.

import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type MeridianConfig, ownRegions } from '../../regions/config.ts';
import { EVEN_WITHIN } from '../../scaling/even-within.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { type LoggedStack, startLoggedStack } from '../support/logged-stack.ts';
import { connectMoved, type MovedClient, type MovedOptions } from '../support/moved-clients.ts';
import { API_TIMEOUT_MS, jetStreamIsReady, publishFirst } from '../support/streams.ts';

const CAPACITY = 600;

/** Most of them do nothing when they are told, as nats.js by itself does not: they are disconnected when it is over. */
const IDLE = 170;
const REQUESTERS = 10;
const RESPONDERS = 10;
const PUBLISHERS = 10;
const CLIENTS = IDLE + REQUESTERS + RESPONDERS + PUBLISHERS;

const PERCENT_A_SECOND = 1;

/** Half of all at two a second, less what may stay uneven, and the time that the server takes to start. */
const EVEN_WITHIN_MS = 90_000;

/** A client that does as it is told has this long to finish: on a busy machine, what it has begun takes seconds. */
const GRACE_SECONDS = 5;

const CONFIG: MeridianConfig = {
  ...configOf(['wnam', 'enam', 'weur'], {
    weur: {
      members: {
        min: 1,
        max: 2,
        freeConnections: 0,
        windowSeconds: 600,
        rebalancePercentPerSecond: PERCENT_A_SECOND,
      },
      limits: {
        maxConnections: CAPACITY,
        maxUnauthenticatedPerAddress: 0,
        maxUnauthenticated: 0,
        maxPayloadBytes: 1_048_576,
      },
    },
  }),
  lameDuck: { graceSeconds: GRACE_SECONDS, durationSeconds: 30 },
};

// Anew for each try: a region that has grown does not shrink within minutes.
let running: LoggedStack;
let clients: MovedClient[];
let works: Promise<unknown>[];
let isOver: boolean;
beforeEach(async () => {
  [clients, works, isOver] = [[], [], false];
  running = await startLoggedStack(CONFIG);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.error(`the stack's log:\n${running.log.join('\n')}`);
  isOver = true;
  await Promise.allSettled(works);
  await Promise.all(clients.map((client) => client.close()));
  await running.stack.close();
});

async function connect(count: number, options?: MovedOptions): Promise<readonly MovedClient[]> {
  const connected = await Promise.all(
    Array.from({ length: count }, () => connectMoved(running.stack.url, cityOf('weur'), options)),
  );
  clients.push(...connected);
  return connected;
}

const rebalance = async () => (await running.stack.api.scaling('weur')).rebalance;

async function startSecondServer(): Promise<void> {
  const { version, config } = await running.stack.api.config();
  const regions = ownRegions(config).map((each) =>
    each.members === undefined ? each : { ...each, members: { ...each.members, min: 2 } },
  );
  await running.stack.api.put({ base: version, config: { ...config, regions }, message: 'two servers' });
}

/** Ten answer, and of each that leaves the others take over before it does. */
async function answer(): Promise<void> {
  const subscribe = ({ nats }: Pick<MovedClient, 'nats'>) =>
    nats.subscribe('work', { queue: 'workers', callback: (_error, message) => void message.respond() });
  const own = new Map<MovedClient['nats'], ReturnType<typeof subscribe>>();
  const workers = await connect(RESPONDERS, {
    beforeItLeaves: async (client) => {
      await own.get(client.nats)?.drain();
      await client.nats.flush();
    },
    onceBack: (client) => void own.set(client.nats, subscribe(client)),
  });
  for (const worker of workers) own.set(worker.nats, subscribe(worker));
}

/** Each asks again and again, and leaves between two requests. Returns how many were answered, and why others were not. */
async function ask() {
  const outcome = { answered: 0, failures: [] as string[] };
  const under = new Map<MovedClient['nats'], Promise<unknown>>();
  const leaving = new Set<MovedClient['nats']>();
  const requesters = await connect(REQUESTERS, {
    beforeItLeaves: async ({ nats }) => {
      leaving.add(nats);
      await under.get(nats);
    },
    onceBack: ({ nats }) => void leaving.delete(nats),
  });
  for (const { nats } of requesters) {
    works.push(
      (async () => {
        while (!isOver) {
          const request = nats.request('work', '', { timeout: 5_000 });
          under.set(
            nats,
            request.catch(() => {}),
          );
          await request.then(
            () => {
              outcome.answered += 1;
            },
            (error: Error) => outcome.failures.push(error.message),
          );
          await new Promise((resolve) => setTimeout(resolve, 50));
          // With nothing to wait for between this and the next request: one that is told now has none under way.
          while (leaving.has(nats) && !isOver) await new Promise((resolve) => setTimeout(resolve, 50));
        }
      })(),
    );
  }
  return outcome;
}

/** Each publishes again and again, and again if it gets no answer. Returns what was acknowledged. */
async function publish() {
  const acknowledged = new Set<string>();
  for (const [index, { nats }] of (await connect(PUBLISHERS)).entries()) {
    works.push(
      (async () => {
        for (let count = 0; !isOver; count += 1) {
          await publishFirst(nats, 'orders.new', `${index}-${count}`);
          acknowledged.add(`${index}-${count}`);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      })(),
    );
  }
  return acknowledged;
}

test('200 clients of one server even out over two', { timeout: EVEN_WITHIN_MS + 90_000 }, async () => {
  const [first] = await connect(1);
  if (first === undefined) throw new Error('nobody is connected');
  await jetStreamIsReady(first.nats);
  const manager = await jetstreamManager(first.nats, { timeout: API_TIMEOUT_MS });
  await waitFor('the stream', { timeoutMs: 20_000 }, () =>
    manager.streams.add({ name: 'ORDERS', subjects: ['orders.*'], num_replicas: 3 }),
  );
  await answer();
  const asked = await ask();
  const acknowledged = await publish();
  while (clients.length < CLIENTS) await connect(Math.min(25, CLIENTS - clients.length));
  expect(new Set(clients.map(({ server }) => server))).toEqual(new Set(['nats-weur']));
  await waitFor(
    'a look at all of them',
    { timeoutMs: 10_000, pollMs: 200 },
    async () => (await rebalance())?.state === 'resting',
  );

  await startSecondServer();
  const ended = await waitFor(
    'the servers to be even',
    { timeoutMs: EVEN_WITHIN_MS, pollMs: 500 },
    async () => {
      const { state, since, moved, at } = (await rebalance()) ?? {};
      // The first look after the growth counts what may be moved in the time since the one before.
      const most = ((CLIENTS * PERCENT_A_SECOND) / 100) * ((Number(at) - Number(since)) / 1_000 + 5);
      if (since !== null && moved !== undefined) expect(moved).toBeLessThanOrEqual(most);
      return state === 'even' ? { moved: moved ?? 0 } : undefined;
    },
  );
  await waitFor('all who were told to have left', { timeoutMs: 20_000, pollMs: 200 }, () =>
    clients.every(({ told, disconnects }) => told === disconnects),
  );
  await Promise.all(clients.map(({ nats }) => nats.flush()));

  expect(clients.filter(({ disconnects }) => disconnects > 1)).toEqual([]);
  expect(clients.filter(({ disconnects }) => disconnects > 0)).toHaveLength(ended.moved);
  const at = (name: string) => clients.filter(({ server }) => server === name).length;
  expect(at('nats-weur') + at('nats-weur-2')).toBe(CLIENTS);
  // Two more: one move is one fewer here and one more there.
  expect(Math.abs(at('nats-weur') - at('nats-weur-2'))).toBeLessThanOrEqual(EVEN_WITHIN * CAPACITY + 2);

  isOver = true;
  await Promise.all(works);
  expect(asked.failures).toEqual([]);
  expect(asked.answered).toBeGreaterThan(100);
  expect(acknowledged.size).toBeGreaterThan(100);
  const stored = new Set<string>();
  const consumer = await jetstream(first.nats, { timeout: 5_000 }).consumers.get('ORDERS');
  const { messages } = (await manager.streams.info('ORDERS')).state;
  for await (const message of await consumer.fetch({ max_messages: messages, expires: 10_000 }))
    stored.add(message.string());
  expect([...acknowledged].filter((each) => !stored.has(each))).toEqual([]);
});
