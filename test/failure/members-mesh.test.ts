// Members are of the one mesh: twelve servers over six regions are whole soon, and work is shared with members.

import { expect, test } from 'vitest';
import { LAST_REGION_HEADER } from '../../api/headers.ts';
import { dollarsPerMonth } from '../../cost/container-cost.ts';
import { type MeridianConfig, ownRegions } from '../../regions/config.ts';
import { OWN_SERVER } from '../../regions/servers.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { defaultConfig } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { monitorOf, readMonitor } from '../support/monitor.ts';

const SERVERS_EACH = 2;

/** On two cores that do nothing else it takes 3 s, the starts of six servers included; this machine may be busy. */
const WHOLE_WITHIN_MS = 60_000;

const MESSAGES = 3_000;

const config = defaultConfig();
const members = { min: 1, max: SERVERS_EACH, freeConnections: 10, windowSeconds: 300 };
const running = useStack({ ...config, regions: config.regions.map((region) => ({ ...region, members })) });

const servers = async () => (await running.stack.regions()).flatMap((region) => region.servers ?? []);

const withTwoEach = ({ regions, ...rest }: MeridianConfig): MeridianConfig => ({
  ...rest,
  regions: regions.map((region) => ({ ...region, members: { ...members, min: SERVERS_EACH } })),
});

async function startMembers(): Promise<void> {
  const { version, config } = await running.stack.api.config();
  await running.stack.api.put({ base: version, config: withTwoEach(config), message: 'two each' });
}

/** How many others a server has a route to. */
async function linkedTo(id: string): Promise<number> {
  const { routes } = await readMonitor(await monitorOf(running.stack.engine, id), 'routez');
  return new Set(routes.map(({ remote_name }) => remote_name)).size;
}

test('a dry run says how many servers each region would need, and what that costs', async () => {
  const { config } = await running.stack.api.config();
  const { servers: needed } = (await running.stack.api.dryRun(withTwoEach(config))).forecast;
  expect(needed).toEqual(
    ownRegions(config).map(({ id, instanceType }) => ({
      region: id,
      before: 1,
      after: SERVERS_EACH,
      dollarsPerMonth: expect.closeTo((SERVERS_EACH - 1) * dollarsPerMonth(instanceType), 6),
    })),
  );
});

test('twelve servers over six regions are one mesh, soon after six of them were added', {
  timeout: WHOLE_WITHIN_MS + 30_000,
}, async () => {
  const all = config.regions.length * SERVERS_EACH;
  const beganAt = performance.now();
  await startMembers();
  await waitFor('twelve servers', { timeoutMs: WHOLE_WITHIN_MS, pollMs: 100 }, async () => {
    const up = (await servers()).filter(({ state }) => state === 'up');
    if (up.length < all) return false;
    const links = await Promise.all(up.map(({ name }) => linkedTo(name.replace('nats-', ''))));
    return links.every((count) => count === all - 1);
  });
  console.log(`twelve servers were whole after ${((performance.now() - beganAt) / 1_000).toFixed(1)} s`);
  expect(
    (await servers()).map(({ number }) => number).filter((number) => number !== OWN_SERVER),
  ).toHaveLength(config.regions.length);
});

test('workers at two servers of a region get all of what is published in another, each message once', {
  timeout: 60_000,
}, async () => {
  const workerAt = (number: number) =>
    connectFrom(running.stack.url, cityOf('weur'), { headers: { [LAST_REGION_HEADER]: `weur.${number}` } });
  await using own = await workerAt(1);
  await using member = await workerAt(2);
  await using publisher = await connectFrom(running.stack.url, cityOf('oc'));
  const names = [own, member, publisher].map(({ nats }) => nats.info?.server_name);
  expect(names.slice(0, 2)).toEqual(['nats-weur', 'nats-weur-2']);
  expect(names[2]).toMatch(/^nats-oc/);
  // A browser comes back to its server by the cookie; what data centers are told of the servers no client gets.
  expect(member.upgradeHeaders['set-cookie']).toContain('meridian-region=weur.2;');
  expect(own.upgradeHeaders['set-cookie']).toContain('meridian-region=weur.1;');
  expect(Object.keys(own.upgradeHeaders).filter((name) => name.startsWith('meridian-'))).toEqual([]);

  const taken = new Map<Client, number[]>([own, member].map((worker) => [worker, []]));
  for (const [worker, messages] of taken) {
    worker.nats.subscribe('work', {
      queue: 'workers',
      callback: (_error, message) => void messages.push(Number(message.string())),
    });
    worker.nats.subscribe(`ready.${worker.nats.info?.server_name}`, {
      callback: (_error, message) => void message.respond(),
    });
    await worker.nats.flush();
  }
  for (const name of names.slice(0, 2))
    await waitFor('interest to spread', { timeoutMs: 20_000, pollMs: 50 }, () =>
      publisher.nats.request(`ready.${name}`, '', { timeout: 500 }).then(
        () => true,
        () => false,
      ),
    );
  for (let count = 0; count < MESSAGES; count += 1) publisher.nats.publish('work', String(count));
  const all = () => [...taken.values()].flat();
  await waitFor('all messages', { timeoutMs: 20_000, pollMs: 20 }, () => all().length >= MESSAGES);
  await Promise.all([own, member].map(({ nats }) => nats.flush()));
  expect(all().toSorted((a, b) => a - b)).toEqual(Array.from({ length: MESSAGES }, (_, count) => count));
  // Either has its share, as two workers at one server would.
  for (const messages of taken.values()) expect(messages.length).toBeGreaterThan(MESSAGES / 4);
});
