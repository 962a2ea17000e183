// The status of a region that has members: of all its servers together. Pure.

import { instanceNameOf } from '../../regions/names.ts';
import { OWN_SERVER, serverIdOf } from '../../regions/servers.ts';
import type { SeenMember } from './members.ts';
import type { RegionStatus } from './status.ts';

/** @param own the status of the region's own server */
export function withMembers(own: RegionStatus, members: readonly SeenMember[]): RegionStatus {
  const known = members.flatMap(({ number, status, isHeard }) =>
    status === undefined ? [] : [{ number, status: isHeard ? status : { ...status, clients: undefined } }],
  );
  const all = [{ number: OWN_SERVER, status: own }, ...known];
  const up = all.filter(({ status }) => status.state === 'up');
  const { region } = own;
  const { leafs: _own, ...rest } = own;
  return {
    ...rest,
    state: stateOf(own, up.length > 0, known),
    clients: sumOf(all.map(({ status }) => status.clients)),
    ...leafsOf(all.map(({ status }) => status.leafs)),
    ...(up.length > 0 && {
      maxClients: sumOf(up.map(({ status }) => status.maxClients)) ?? own.maxClients ?? 0,
    }),
    servers: all.map(({ number, status }) => ({
      number,
      name: instanceNameOf(serverIdOf(region, number)),
      state: status.state,
      clients: status.clients ?? null,
      maxClients: status.maxClients ?? 0,
    })),
  };
}

/** A region whose own server is lost serves as long as a member does; one that is left is empty when all have gone. */
function stateOf(
  { state }: RegionStatus,
  isUp: boolean,
  members: readonly { readonly status: RegionStatus }[],
): RegionStatus['state'] {
  if ((state === 'down' || state === 'starting') && isUp) return 'up';
  const isLeaving = members.some(({ status }) => status.state === 'draining' || status.state === 'stopping');
  return state === 'asleep' && isLeaving ? 'draining' : state;
}

/** Absent if any is. */
function leafsOf(counts: readonly (number | undefined)[]): Pick<RegionStatus, 'leafs'> {
  const leafs = sumOf(counts);
  return leafs === undefined ? {} : { leafs };
}

/** Unknown if any is. */
function sumOf(counts: readonly (number | undefined)[]): number | undefined {
  return counts.reduce((sum, each) => (sum === undefined || each === undefined ? undefined : sum + each), 0);
}
