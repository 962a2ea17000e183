// A region whose own server takes no more clients says which of its members do: a data center knows them from the region's
// status, which may be half a minute old.

import type { ErrorCode } from '../../api/errors.ts';

const MEMBERS_HEADER = 'meridian-members';

/** Refusals by the own server that say nothing of the others. */
const OF_THE_OWN_SERVER: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'full',
  'restarting',
  'starting',
  'region_unavailable',
]);

/** The headers of a refusal with this code. @param members numbers of those that serve, the one to try first first */
export function membersHeaders(code: ErrorCode, members: readonly number[]): HeadersInit | undefined {
  if (members.length === 0 || !OF_THE_OWN_SERVER.has(code)) return undefined;
  return { [MEMBERS_HEADER]: members.join(',') };
}

/** Numbers of the members that a refusal names; none in any other answer. */
export function membersIn({ headers }: Response): readonly number[] {
  const named = headers.get(MEMBERS_HEADER);
  return named === null ? [] : named.split(',').map(Number);
}
