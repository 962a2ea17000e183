import { expect, test } from 'vitest';
import type { RegionStatus } from './status.ts';
import { withMembers } from './with-members.ts';

const own = (more: Partial<RegionStatus> = {}): RegionStatus => ({
  region: 'weur',
  state: 'up',
  since: 0,
  clients: 10,
  maxClients: 100,
  objectAgeMs: 1,
  ...more,
});
const member = (number: number, more: Partial<RegionStatus> = {}, isHeard = true) => ({
  number,
  isHeard,
  status: own({ region: `weur-${number}`, clients: 5, ...more }),
});

test('clients and room are those of all that are up, and those that leave have clients still', () => {
  const status = withMembers(own(), [member(2), member(3, { state: 'draining' })]);
  expect(status).toMatchObject({ region: 'weur', state: 'up', clients: 20, maxClients: 200 });
  expect(status.servers).toEqual([
    { number: 1, name: 'nats-weur', state: 'up', clients: 10, maxClients: 100 },
    { number: 2, name: 'nats-weur-2', state: 'up', clients: 5, maxClients: 100 },
    { number: 3, name: 'nats-weur-3', state: 'draining', clients: 5, maxClients: 100 },
  ]);
});

test('what one of them does not say is unknown of all, and is not zero', () => {
  const { clients, servers } = withMembers(own(), [member(2, {}, false)]);
  expect(clients).toBeUndefined();
  expect(servers?.[1]?.clients).toBeNull();
});

test.each([
  ['its own server is lost, and a member serves', own({ state: 'down', clients: 0 }), [member(2)], 'up'],
  ['all are lost', own({ state: 'down' }), [member(2, { state: 'down' })], 'down'],
  [
    'its own server has left, a member not yet',
    own({ state: 'asleep' }),
    [member(2, { state: 'draining' })],
    'draining',
  ],
  ['all have left', own({ state: 'asleep' }), [member(2, { state: 'asleep' })], 'asleep'],
  ['streams are being restored', own({ state: 'waiting' }), [member(2)], 'waiting'],
  ['it is drained', own({ state: 'draining' }), [member(2)], 'draining'],
] as const)('the state when %s', (_what, status, members, state) => {
  expect(withMembers(status, members).state).toBe(state);
});
