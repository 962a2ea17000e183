import { expect, test } from 'vitest';
import type { SeenServer } from '../../scaling/decision.ts';
import type { LetGo, LetGoAnswer } from './client-mover.ts';
import { Rebalancing } from './rebalancing.ts';

const SETTINGS = { percentPerSecond: 1, capacity: 400 };
const NONE = { kind: 'none' } as const;
const LOOK_MS = 2_000;
const up = (number: number, clients: number): SeenServer => ({ number, state: 'up', clients, isHeard: true });

/** It has grown from one server to two at the second look. */
async function grown(answer: (order: LetGo) => LetGoAnswer | undefined) {
  const orders: (readonly [number, LetGo])[] = [];
  const rebalancing = new Rebalancing(async (server, order) => {
    orders.push([server, order]);
    return answer(order);
  });
  await rebalancing.look([up(1, 200)], NONE, SETTINGS, 0);
  await rebalancing.look([up(1, 200), up(2, 0)], NONE, SETTINGS, LOOK_MS);
  return { rebalancing, orders };
}

test('the fullest server is told how many, of those who were there when the region grew', async () => {
  const { rebalancing, orders } = await grown(({ clients }) => ({ told: clients, leaving: clients }));
  expect(orders).toEqual([[1, { clients: 4, since: LOOK_MS }]]);
  expect(rebalancing.decision).toMatchObject({ state: 'moving', moved: 4 });
});

test('who was told is seen off also when nobody else is to be moved', async () => {
  const { rebalancing, orders } = await grown(() => ({ told: 4, leaving: 4 }));
  await rebalancing.look([up(1, 110), up(2, 100)], NONE, SETTINGS, 2 * LOOK_MS);
  expect(rebalancing.decision?.state).toBe('even');
  expect(orders.at(-1)).toEqual([1, { clients: 0, since: LOOK_MS }]);
});

test('a server that has nobody left ends the plan, and begins anew with the next server', async () => {
  const { rebalancing } = await grown(() => ({ told: 0, leaving: 0 }));
  await rebalancing.look([up(1, 200), up(2, 0)], NONE, SETTINGS, 2 * LOOK_MS);
  expect(rebalancing.decision?.state).toBe('spent');
  await rebalancing.look([up(1, 200), up(2, 0), up(3, 0)], NONE, SETTINGS, 3 * LOOK_MS);
  expect(rebalancing.decision?.state).toBe('moving');
});

test('one that does not answer is asked again', async () => {
  const { rebalancing, orders } = await grown(() => undefined);
  await rebalancing.look([up(1, 200), up(2, 0)], NONE, SETTINGS, 2 * LOOK_MS);
  expect(orders.map(([, { clients }]) => clients)).toEqual([4, 4]);
  expect(rebalancing.decision?.state).toBe('moving');
});

test('what was planned is forgotten with the members', async () => {
  const { rebalancing } = await grown(({ clients }) => ({ told: clients, leaving: 0 }));
  rebalancing.forget();
  expect(rebalancing.decision).toBeUndefined();
  await rebalancing.look([up(1, 200), up(2, 0)], NONE, SETTINGS, 2 * LOOK_MS);
  expect(rebalancing.decision?.state).toBe('resting');
});
