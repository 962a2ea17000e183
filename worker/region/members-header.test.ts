import { expect, test } from 'vitest';
import { deleteMembersHeaders, membersHeaders, membersIn, serversIn, withServers } from './members-header.ts';

const SERVERS = [
  { number: 1, clients: 10, maxClients: 100 },
  { number: 2, clients: 0, maxClients: 100 },
];

/** Node makes no response of this status. */
function upgrade(): Response {
  return { status: 101, headers: new Headers({ 'sec-websocket-accept': 'x' }), webSocket: null } as Response;
}

test('what is no upgrade, or of one server, is the same answer', () => {
  const refusal = new Response('no', { status: 503 });
  expect(withServers(refusal, SERVERS)).toBe(refusal);
  const taken = upgrade();
  expect(withServers(taken, [])).toBe(taken);
  expect(serversIn(taken)).toBeUndefined();
});

test('what is said of the servers is read again', () => {
  const headers = new Headers({ 'meridian-servers': '1=10/100 2=0/100' });
  expect(serversIn({ headers })).toEqual(SERVERS);
});

test.each(['full', 'door_refused', 'restarting'] as const)(
  'an own server that refuses with %s names the others, which may take who was refused',
  (code) => {
    const headers = membersHeaders(code, [3, 2]);
    expect(membersIn(new Response(null, headers && { headers }))).toEqual([3, 2]);
  },
);

test.each(['draining', 'sign_ins_failed'] as const)('%s is said of the whole region', (code) => {
  expect(membersHeaders(code, [2])).toBeUndefined();
});

test('a client gets none of it', () => {
  const headers = new Headers({ ...membersHeaders('full', [2]), 'meridian-servers': '1=1/2', kept: 'yes' });
  expect(membersIn(new Response(null, { headers }))).toEqual([2]);
  deleteMembersHeaders(headers);
  expect([...headers]).toEqual([['kept', 'yes']]);
});
