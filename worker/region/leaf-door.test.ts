import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { configOf } from '../../test/support/data/checked-in.ts';
import { WINDOW_MS } from './failed-sign-ins.ts';
import { LeafDoor } from './leaf-door.ts';
import { type FailedLeaf, type LeafNewcomer, SIGNED_IN_WITHIN_MS } from './leaf-newcomers.ts';

const [REGION] = configOf(['weur']).regions;
if (REGION === undefined) throw new Error('there is no region');
const taking = (maxLeafs: number) => ({ ...REGION, limits: { ...REGION.limits, maxLeafs } });

const A = '192.0.2.1';
const B = '192.0.2.2';

/** What the server would say; undefined if it does not answer. */
let leafs: number | undefined;
let failed: FailedLeaf[];
let sessions: number;
let looks: number;
let door: LeafDoor;

beforeEach(() => {
  vi.useFakeTimers();
  [leafs, failed, sessions, looks] = [0, [], 0, 0];
  door = new LeafDoor({
    sessions: () => sessions,
    look: async () => {
      looks += 1;
      if (leafs !== undefined) door.counted({ leafs });
    },
    failedSignIns: async () => failed,
  });
});
afterEach(() => void vi.useRealTimers());

async function admit(network: string, most: number): Promise<LeafNewcomer | string> {
  const asked = door.admit(network, taking(most));
  await vi.advanceTimersByTimeAsync(1_000);
  const admission = await asked;
  if ('code' in admission) return admission.code;
  door.taken(admission.seat);
  return admission.seat;
}

async function join(network: string, most: number): Promise<void> {
  expect(await admit(network, most)).toBeTypeOf('object');
  leafs = (leafs ?? 0) + 1;
  door.counted({ leafs });
}

test('as many as it takes; those that are full are told which limit it is, after the server was asked', async () => {
  door.open();
  await join(A, 2);
  await join(A, 2);
  looks = 0;
  expect(await door.admit(A, taking(2)).then((each) => ('code' in each ? each : undefined))).toMatchObject({
    code: 'door_refused',
    reason: expect.stringContaining('limits.maxLeafs'),
  });
  expect(looks).toBe(1);
  leafs = 1;
  expect(await admit(A, 2)).toBeTypeOf('object');
});

test('none while it is unknown how many there are: the server is asked', async () => {
  leafs = undefined;
  expect(await admit(A, 2)).toBe('region_unavailable');
  leafs = 2;
  expect(await admit(A, 2)).toBe('door_refused');
  leafs = 0;
  expect(await admit(A, 2)).toBeTypeOf('object');
});

test('who says nothing takes no place for longer than the server waits, and half of them at most', async () => {
  door.open();
  const answers = await Promise.all([1, 2, 3, 4].map(() => door.admit(A, taking(4))).map(settled));
  expect(answers.map((each) => ('code' in each ? each.code : 'seat'))).toEqual([
    'seat',
    'seat',
    'rate_limited',
    'rate_limited',
  ]);
  for (const each of answers) if ('seat' in each) door.taken(each.seat);
  expect(await admit(B, 4)).toBeTypeOf('object');
  await vi.advanceTimersByTimeAsync(SIGNED_IN_WITHIN_MS);
  expect(await admit(A, 4)).toBeTypeOf('object');
});

test('many of one address that sign in are all taken', async () => {
  door.open();
  for (let count = 0; count < 100; count += 1) await join(A, 100);
  expect(await admit(A, 100)).toBe('door_refused');
});

test('sessions that are joined take nobody the place', async () => {
  sessions = 5;
  leafs = 6;
  expect(await admit(A, 2)).toBeTypeOf('object');
  leafs = 7;
  expect(await admit(A, 2)).toBe('door_refused');
});

/** One that comes once a second, and is refused by the server. */
async function guess(network: string): Promise<string> {
  const admitted = await admit(network, 100);
  if (typeof admitted === 'string') return admitted;
  failed = [...failed, { id: failed.length + 1, beganAt: Date.now() }];
  return 'tried';
}

test('an address whose leaf nodes have wrong credentials is refused until the minute is over; others are not', async () => {
  door.open();
  const answers: string[] = [];
  for (let count = 0; count < 50; count += 1) answers.push(await guess(A));
  const tried = answers.indexOf('sign_ins_failed');
  expect(tried).toBeGreaterThanOrEqual(30);
  expect(tried).toBeLessThanOrEqual(40);
  expect(await admit(B, 100)).toBeTypeOf('object');
  await vi.advanceTimersByTimeAsync(WINDOW_MS);
  expect(await guess(A)).toBe('tried');
});

test('with a limit of 0 any number of sign-ins may fail', async () => {
  door.open();
  const open = { ...REGION, limits: { ...REGION.limits, maxFailedSignInsPerAddress: 0 } };
  for (let count = 0; count < 60; count += 1) {
    const admission = await settled(door.admit(A, open));
    if (!('seat' in admission)) throw new Error(admission.reason);
    door.taken(admission.seat);
    failed = [...failed, { id: count, beganAt: Date.now() }];
    await vi.advanceTimersByTimeAsync(SIGNED_IN_WITHIN_MS);
  }
  expect(looks).toBe(0);
});

async function settled<T>(promise: Promise<T>): Promise<T> {
  await vi.advanceTimersByTimeAsync(500);
  return promise;
}
