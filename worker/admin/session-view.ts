// A session as the API shows it.

import { sessionServerPath } from '../../api/paths.ts';
import { JOINED_USER, type Session, type SessionAnswer } from '../../api/sessions.ts';
import type { Lease } from '../sessions/lease.ts';
import { shareOf } from '../sessions/session-ids.ts';
import type { ServerStatus } from '../sessions/session-stubs.ts';

/** @param status what its object says now; undefined: what the registry was told last */
export function sessionView(lease: Lease, status?: ServerStatus): Session {
  const { id, name, owner, region, config, createdAt, expiresAt, seenAt } = lease;
  // It ends when the registry says so, whatever its server does.
  const { state, problem } = lease.state === 'ending' ? lease : problemOf(status ?? lease);
  return {
    id,
    name,
    owner,
    region,
    created: timeOf(createdAt),
    expires: timeOf(expiresAt),
    seen: timeOf(Math.max(seenAt, status?.seenAt ?? 0)),
    state,
    ...(problem !== undefined && { problem }),
    config,
  };
}

export interface SessionParts {
  readonly lease: Lease;
  /** What clients authenticate with. */
  readonly token: string;
  /** Of the request: the session is at the same origin. */
  readonly url: string;
  readonly status: ServerStatus | undefined;
}

export function sessionAnswer(
  { lease, token, url, status }: SessionParts,
  init: ResponseInit = {},
): Response {
  const container = {
    ...sessionView(lease, status),
    clients: clientsOf(status),
    url: addressOf(url, lease.id),
    token,
    ...(lease.config.join && {
      user: JOINED_USER,
      shares: shareOf(lease.id),
      joined: status?.joined ?? null,
    }),
  };
  return Response.json({ success: true, container } satisfies SessionAnswer, init);
}

/** A server that is up and not joined has a problem as well. */
function problemOf(told: ServerStatus | Lease): Pick<Lease, 'state' | 'problem'> {
  const { state } = told;
  const problem =
    told.problem ?? ('joinProblem' in told ? `it is not joined: ${told.joinProblem}` : undefined);
  return { state, ...(problem !== undefined && { problem }) };
}

/** Zero only if no server runs. */
function clientsOf(status: ServerStatus | undefined): number | null {
  if (status?.state === 'asleep' || status?.state === 'down') return 0;
  return status?.facts?.stats.clients ?? null;
}

function addressOf(url: string, id: string): string {
  const address = new URL(sessionServerPath(id, 'connect'), url);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  return address.href;
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
