import { expect, test } from 'vitest';
import { defaultConfig } from '../../test/support/data/checked-in.ts';
import { type MemberStub, Members } from './members.ts';
import type { RegionStatus } from './status.ts';

const [REGION] = defaultConfig().regions;

function membersWith(clients: Readonly<Record<number, number>>) {
  if (REGION === undefined) throw new Error('no region');
  const kept = { wanted: Object.keys(clients).map(Number), leaving: [] };
  const status = (number: number): RegionStatus => ({
    region: `${REGION.id}-${number}`,
    state: 'up',
    since: 0,
    clients: clients[number],
    maxClients: 100,
    objectAgeMs: 1,
  });
  return new Members({
    stub: (number) => ({ status: async () => status(number) }) as unknown as MemberStub,
    region: () => REGION,
    version: () => 1,
    isOut: () => false,
    settleSeconds: () => 0,
    kv: { get: () => kept, put: () => {} },
    noteStart: () => {},
  });
}

test('nobody is named that has not said that it serves', () => {
  expect(membersWith({ 2: 0 }).nameFor()).toEqual([]);
});

test('clients that are sent between two looks spread, the emptiest first', async () => {
  const members = membersWith({ 2: 10, 3: 11, 4: 50 });
  await members.seen();
  expect(members.nameFor()).toEqual([2, 3, 4]);
  const firsts = Array.from({ length: 60 }, () => members.nameFor()[0]);
  const count = (number: number) => firsts.filter((each) => each === number).length;
  expect([count(2), count(3), count(4)]).toEqual([30, 30, 0]);
  expect(members.standing.map(({ clients }) => clients)).toEqual([41, 41, 50]);
});
