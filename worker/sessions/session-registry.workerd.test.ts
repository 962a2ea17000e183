// The registry of sessions inside workerd: a real Durable Object with its SQLite, and servers' objects that are faked.

import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { eventually } from '../../test/support/workerd/eventually.ts';
import '../../test/support/workerd/session-node.ts';
import type { Claim } from './lease.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { Claimed, ServerStatus } from './session-stubs.ts';

let registries = 0;

function newRegistry(): DurableObjectStub<SessionRegistry> {
  registries += 1;
  return env.SESSION_REGISTRY.getByName(`test ${registries}`);
}

const HOUR_MS = 3_600_000;

/** An id is of one test. */
const claimOf = (name: string, more: Partial<Claim> = {}): Claim => ({
  id: `${name}-of-${registries}`,
  name,
  owner: 'token:admin',
  region: 'weur',
  ttlMs: HOUR_MS,
  most: 100,
  mostPerOwner: 100,
  ...more,
});

async function leaseOf(registry: DurableObjectStub<SessionRegistry>, claim: Claim) {
  const claimed = (await registry.claim(claim)) as Claimed;
  if (!('lease' in claimed)) throw new Error(`not claimed: ${claimed.kind}`);
  return claimed.lease;
}

test('200 claims at once of 20 ids make 20 sessions, and find each of them nine times', async () => {
  const registry = newRegistry();
  const claims = Array.from({ length: 200 }, (_, index) => registry.claim(claimOf(`s${index % 20}`)));
  const kinds = (await Promise.all(claims)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'made')).toHaveLength(20);
  expect(kinds.filter((kind) => kind === 'found')).toHaveLength(180);
  const { leases, count } = await registry.page(undefined, Number.MAX_SAFE_INTEGER, 200);
  expect(count).toBe(20);
  expect(new Set(leases.map(({ serial }) => serial)).size).toBe(20);
});

test('of more claims at once than the quota has room for, as many are made as it has', async () => {
  const registry = newRegistry();
  const claims = Array.from({ length: 30 }, (_, index) =>
    registry.claim(claimOf(`s${index}`, { owner: `token:${index % 2}`, most: 12, mostPerOwner: 5 })),
  );
  const outcomes = await Promise.all(claims);
  expect(outcomes.filter(({ kind }) => kind === 'made')).toHaveLength(10);
  expect(outcomes.filter((outcome) => outcome.kind === 'full' && outcome.of === 'owner')).toHaveLength(20);
});

test('its figures are by state, of the servers that were asked, and outlive a reset', async () => {
  const registry = newRegistry();
  const [one, other] = [claimOf('one'), claimOf('other')];
  const [up, failed] = [await leaseOf(registry, one), await leaseOf(registry, other)];
  await registry.claim(claimOf('third', { mostPerOwner: 2 }));
  await registry.claim(claimOf('fourth', { most: 2 }));
  await registry.tell(one.id, up.serial, { state: 'up', start: { ms: 1_500 } });
  await registry.tell(other.id, failed.serial, { state: 'down', problem: 'no host', start: 'failed' });
  const counted = { refusedByOwner: 1, refusedByAll: 1, starts: 1, startSeconds: 1.5, failedStarts: 1 };
  const states = { starting: 0, up: 1, asleep: 0, down: 1, ending: 0 };
  expect(await registry.figures()).toEqual({ states, clients: 0, answered: 0, counted });

  const node = env.SESSION_SERVER.getByName(one.id);
  const stats = { clients: 3 } as NonNullable<ServerStatus['facts']>['stats'];
  await node.say({
    state: 'up',
    since: 0,
    facts: { serverId: 'N', serverName: 'session-one', version: '2.15.1', stats },
  });
  await runDurableObjectAlarm(registry);
  expect(await registry.figures()).toMatchObject({ clients: 3, answered: 1 });
  await registry.tell(one.id, up.serial, { state: 'asleep' });
  expect(await registry.figures()).toMatchObject({ clients: 0, answered: 0 });
  await evictDurableObject(registry);
  expect((await registry.figures()).counted).toEqual(counted);
});

test('a list has those of an owner, newest first, page by page', async () => {
  const registry = newRegistry();
  for (const name of ['a', 'b', 'c', 'd']) {
    await registry.claim(claimOf(name, { owner: name === 'c' ? 'token:read' : 'token:admin' }));
  }
  const first = await registry.page('token:admin', Number.MAX_SAFE_INTEGER, 2);
  expect(first.leases.map(({ name }) => name)).toEqual(['d', 'b']);
  expect(first.count).toBe(3);
  const { leases } = await registry.page('token:admin', first.leases.at(-1)?.serial ?? 0, 2);
  expect(leases.map(({ name }) => name)).toEqual(['a']);
});

test('the secret is the same after a reset, and another in another deployment', async () => {
  const registry = newRegistry();
  const secret = new Uint8Array(await registry.secret());
  expect(secret).toHaveLength(32);
  await evictDurableObject(registry);
  expect(new Uint8Array(await registry.secret())).toEqual(secret);
  expect(new Uint8Array(await newRegistry().secret())).not.toEqual(secret);
});

test('a session that is ended counts until its server is gone, and can then be made anew, with a higher serial', async () => {
  const registry = newRegistry();
  const claim = claimOf('a', { mostPerOwner: 1 });
  const { id, serial } = await leaseOf(registry, claim);
  expect(await registry.end(id)).toMatchObject({ state: 'ending' });
  await eventually('its server to be told', async () =>
    (await env.SESSION_SERVER.getByName(id).ended()).includes(serial),
  );
  expect(await registry.claim(claim)).toMatchObject({ kind: 'ending' });
  expect(await registry.claim(claimOf('b', { mostPerOwner: 1 }))).toMatchObject({ kind: 'full' });
  // What its server says late does not bring it back.
  await registry.tell(id, serial, { state: 'up' });
  expect(await registry.lease(id)).toMatchObject({ state: 'ending' });

  await registry.gone(id, serial);
  expect(await registry.lease(id)).toBeUndefined();
  expect(await registry.end(id)).toBeUndefined();
  const again = await leaseOf(registry, claim);
  expect(again.serial).toBeGreaterThan(serial);
  // A server of the earlier one has no say.
  await registry.tell(id, serial, { state: 'down', problem: 'late' });
  await registry.gone(id, serial);
  expect(await registry.lease(id)).toMatchObject({ state: 'starting', serial: again.serial });
});

test('a session ends when its time is over, unless it was asked for again', async () => {
  const registry = newRegistry();
  const over = await leaseOf(registry, claimOf('over', { ttlMs: 1 }));
  const renewed = await leaseOf(registry, claimOf('renewed', { ttlMs: 50 }));
  expect(await registry.claim(claimOf('renewed'))).toMatchObject({ kind: 'found' });
  await eventually('its server to be told', async () => {
    await runDurableObjectAlarm(registry);
    return (await env.SESSION_SERVER.getByName(over.id).ended()).length > 0;
  });
  expect(await registry.lease(over.id)).toMatchObject({ state: 'ending' });
  expect(await registry.lease(renewed.id)).toMatchObject({ state: 'starting' });
  expect(await env.SESSION_SERVER.getByName(renewed.id).ended()).toEqual([]);
});

test('what a server tells while the sweep waits for its answer is newer than that', async () => {
  const registry = newRegistry();
  const { id, serial } = await leaseOf(registry, claimOf('busy'));
  await registry.tell(id, serial, { state: 'up' });
  const server = env.SESSION_SERVER.getByName(id);
  await server.say({ state: 'up', since: 1 });
  await server.hold();
  const sweep = runDurableObjectAlarm(registry);
  await eventually('the sweep to ask', () => server.isAsked());
  await registry.tell(id, serial, { state: 'asleep' });
  await server.release();
  await sweep;
  expect(await registry.lease(id)).toMatchObject({ state: 'asleep' });
});

test('a server that died unheard is found by the sweep, and one that never began is forgotten', async () => {
  const registry = newRegistry();
  const [dead, lost, well] = [
    await leaseOf(registry, claimOf('dead')),
    await leaseOf(registry, claimOf('lost')),
    await leaseOf(registry, claimOf('well')),
  ];
  for (const { id, serial } of [dead, well]) await registry.tell(id, serial, { state: 'up' });
  await env.SESSION_SERVER.getByName(dead.id).say({ state: 'down', since: 1, problem: 'exit code 137' });
  await env.SESSION_SERVER.getByName(well.id).say({ state: 'up', since: 1, seenAt: Date.now() + 1 });

  // Nothing is known of one that is just beginning.
  await runDurableObjectAlarm(registry);
  expect(await registry.lease(lost.id)).toMatchObject({ state: 'starting' });
  expect(await registry.lease(dead.id)).toMatchObject({ state: 'down', problem: 'exit code 137' });
  const seen = await registry.lease(well.id);
  expect(seen).toMatchObject({ state: 'up' });
  expect(seen?.seenAt).toBeGreaterThan(well.seenAt);

  vi.setSystemTime(Date.now() + 61_000);
  try {
    await runDurableObjectAlarm(registry);
    expect(await registry.lease(lost.id)).toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
});
