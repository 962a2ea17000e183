// Loads from nobody to many clients and back to nobody, at once, slowly, and up and down: nobody is refused, servers are
// taken out of service one in a window, no client is moved twice, and nothing acknowledged is lost. A region for each.

import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterAll, expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { connectMoved, type MovedClient } from '../support/moved-clients.ts';
import { API_TIMEOUT_MS, jetStreamIsReady, publishFirst } from '../support/streams.ts';

/** Of each server. */
const CAPACITY = 50;
const WINDOW_SECONDS = 10;
const MOST_SERVERS = 5;
const EACH_MS = 500;

interface Load {
  readonly region: 'wnam' | 'enam' | 'weur';
  /** Places that are free at any time, so that the largest step finds room. */
  readonly free: number;
  /** How many clients there are to be from a second on; in between as many as on a straight line, but for a step. */
  readonly points: readonly (readonly [second: number, clients: number])[];
  readonly isStep?: true;
}

const LOADS: readonly Load[] = [
  {
    region: 'wnam',
    free: 100,
    isStep: true,
    points: [
      [0, 0],
      [2, 100],
      [14, 0],
    ],
  },
  {
    region: 'enam',
    free: 40,
    points: [
      [0, 0],
      [15, 120],
      [20, 120],
      [30, 0],
    ],
  },
  {
    region: 'weur',
    free: 40,
    points: [
      [0, 0],
      [8, 80],
      [12, 20],
      [20, 100],
      [24, 20],
      [32, 80],
      [36, 0],
    ],
  },
];

/** By when a region has as few servers as at rest: a window for each, and the drain of a member that is empty. */
const AT_REST_WITHIN_MS = (MOST_SERVERS + 2) * WINDOW_SECONDS * 1_000;

const running = useStack({
  ...configOf(
    LOADS.map(({ region }) => region),
    Object.fromEntries(
      LOADS.map(({ region, free }) => [
        region,
        {
          members: { min: 1, max: MOST_SERVERS, freeConnections: free, windowSeconds: WINDOW_SECONDS },
          limits: {
            maxConnections: CAPACITY,
            maxUnauthenticatedPerAddress: 0,
            maxUnauthenticated: 0,
            maxPayloadBytes: 1_048_576,
          },
        },
      ]),
    ),
  ),
  lameDuck: { graceSeconds: 1, durationSeconds: 30 },
});

const open = new Set<MovedClient>();
afterAll(() => Promise.all([...open].map((client) => client.close())));

function clientsAt({ points, isStep }: Load, second: number): number {
  const next = points.findIndex(([at]) => at > second);
  const [from, to] = [points.at(next - 1), points[next]];
  if (next < 0 || to === undefined) return points.at(-1)?.[1] ?? 0;
  if (from === undefined || isStep) return from?.[1] ?? 0;
  return Math.round(from[1] + ((second - from[0]) / (to[0] - from[0])) * (to[1] - from[1]));
}

async function serving(region: string): Promise<number> {
  const { decision } = await running.stack.api.scaling(region);
  return decision?.serving ?? 0;
}

/** Brings a load about, and returns when the region is at rest again. */
async function bringAbout(load: Load) {
  const { region, points } = load;
  // The one who publishes is always there.
  const resting = Math.ceil((1 + load.free) / CAPACITY);
  const clients: MovedClient[] = [];
  const all: MovedClient[] = [];
  const counts: { at: number; servers: number }[] = [];
  await waitFor(`${region} to be at rest`, { timeoutMs: 60_000, pollMs: 200 }, async () => {
    const { servers = [] } = (await running.stack.regions()).find(({ id }) => id === region) ?? {};
    return servers.filter(({ state }) => state === 'up').length === resting;
  });
  const beganAt = Date.now();
  const end = (points.at(-1)?.[0] ?? 0) * 1_000;
  const isAtRest = async (now: number) => {
    counts.push({ at: now, servers: await serving(region) });
    return now > end && counts.at(-1)?.servers === resting;
  };
  await waitFor(
    `${region} to have had its load`,
    { timeoutMs: end + AT_REST_WITHIN_MS, pollMs: EACH_MS },
    async () => {
      const now = Date.now() - beganAt;
      const wanted = clientsAt(load, now / 1_000);
      const leaving = clients.splice(wanted);
      const come = Array.from({ length: wanted - clients.length }, () =>
        connectMoved(running.stack.url, cityOf(region)),
      );
      const [came] = await Promise.all([Promise.all(come), ...leaving.map((client) => client.close())]);
      for (const client of leaving) open.delete(client);
      for (const client of came) open.add(client);
      clients.push(...came);
      all.push(...came);
      return isAtRest(now);
    },
  );
  return { region, all, counts };
}

/** Publishes all the while in all of the regions. */
function publishAll(publishers: readonly MovedClient[]) {
  const acknowledged = new Set<string>();
  let isOver = false;
  const works = publishers.map(async ({ nats }, index) => {
    for (let count = 0; !isOver; count += 1) {
      await publishFirst(nats, 'orders.new', `${index}-${count}`);
      acknowledged.add(`${index}-${count}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  return {
    acknowledged,
    stop: async () => {
      isOver = true;
      await Promise.all(works);
    },
  };
}

test('nobody is refused, nobody moved twice, and nothing lost', { timeout: 300_000 }, async () => {
  const publishers = await Promise.all(
    LOADS.map(({ region }) => connectMoved(running.stack.url, cityOf(region))),
  );
  for (const publisher of publishers) open.add(publisher);
  const [first] = publishers;
  if (first === undefined) throw new Error('nobody publishes');
  await jetStreamIsReady(first.nats);
  const manager = await jetstreamManager(first.nats, { timeout: API_TIMEOUT_MS });
  await waitFor('the stream', { timeoutMs: 20_000 }, () =>
    manager.streams.add({ name: 'ORDERS', subjects: ['orders.*'], num_replicas: 3 }),
  );
  const publishing = publishAll(publishers);
  const results = await Promise.all(LOADS.map(bringAbout));
  await publishing.stop();

  for (const { region, all, counts } of results) {
    const where = new Set(all.map((client) => client.first.replace(/-\d+$/, '')));
    expect([region, ...where]).toEqual([region, `nats-${region}`]);
    expect(all.filter(({ disconnects }) => disconnects > 1)).toEqual([]);
    const drops = counts.filter(({ servers }, index) => servers < (counts[index - 1]?.servers ?? 0));
    const between = drops.slice(1).map(({ at }, index) => at - (drops[index]?.at ?? 0));
    // It is asked now and then, so a change shows a little late.
    expect(between.filter((ms) => ms < WINDOW_SECONDS * 1_000 - 2 * EACH_MS)).toEqual([]);
    expect(Math.max(...counts.map(({ servers }) => servers))).toBeGreaterThan(2);
    console.log(
      `${region}: ${all.length} clients, at most ${Math.max(...counts.map(({ servers }) => servers))} servers, ${drops.length} drops, ${all.filter(({ disconnects }) => disconnects > 0).length} moved`,
    );
  }
  const stored = new Set<string>();
  const consumer = await jetstream(first.nats, { timeout: 5_000 }).consumers.get('ORDERS');
  const { messages } = (await manager.streams.info('ORDERS')).state;
  for await (const message of await consumer.fetch({ max_messages: messages, expires: 10_000 }))
    stored.add(message.string());
  expect(publishing.acknowledged.size).toBeGreaterThan(100);
  expect([...publishing.acknowledged].filter((each) => !stored.has(each))).toEqual([]);
});
