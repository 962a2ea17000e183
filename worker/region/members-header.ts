// What the object of a region with members says of them in its answers to an upgrade, since a data center knows them from
// the region's status alone, which may be half a minute old. A refusal names those that take the client in its place; an
// own server that takes one says how full all of them are. Workers read both, and clients get neither.

import type { ErrorCode } from '../../api/errors.ts';
import type { ServerObservation } from '../../routing/observation.ts';

const MEMBERS_HEADER = 'meridian-members';

const SERVERS_HEADER = 'meridian-servers';

/** Refusals by the own server that say nothing of the others. */
const OF_THE_OWN_SERVER: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'full',
  'door_refused',
  'restarting',
  'starting',
  'region_unavailable',
]);

/** Whether a refusal with this code says who takes the client. */
export function namesMembers(code: ErrorCode): boolean {
  return OF_THE_OWN_SERVER.has(code);
}

/** The headers of a refusal with this code. @param members numbers of those that serve, the one to try first first */
export function membersHeaders(code: ErrorCode, members: readonly number[]): HeadersInit | undefined {
  if (members.length === 0 || !namesMembers(code)) return undefined;
  return { [MEMBERS_HEADER]: members.join(',') };
}

/** Numbers of the members that a refusal names; none in any other answer. */
export function membersIn({ headers }: Response): readonly number[] {
  const named = headers.get(MEMBERS_HEADER);
  return named === null ? [] : named.split(',').map(Number);
}

/** The answer with what is known of the region's servers; the same one if there is nothing to say. */
export function withServers(response: Response, servers: readonly ServerObservation[]): Response {
  if (servers.length === 0 || response.status !== 101) return response;
  const headers = new Headers(response.headers);
  const said = servers.map(({ number, clients, maxClients }) => `${number}=${clients}/${maxClients}`);
  headers.set(SERVERS_HEADER, said.join(' '));
  return new Response(null, { status: 101, headers, webSocket: response.webSocket });
}

/** The servers of which an answer speaks; undefined if it does not. */
export function serversIn({ headers }: Pick<Response, 'headers'>): readonly ServerObservation[] | undefined {
  return headers
    .get(SERVERS_HEADER)
    ?.split(' ')
    .map((said) => {
      const [number = 0, clients = 0, maxClients = 1] = said.split(/[=/]/).map(Number);
      return { number, clients, maxClients };
    });
}

/** No client gets what is said to Workers. */
export function deleteMembersHeaders(headers: Headers): void {
  headers.delete(MEMBERS_HEADER);
  headers.delete(SERVERS_HEADER);
}
