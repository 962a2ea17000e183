// Sessions that are there: `GET /api/containers`, one of them, its end, and what its server says of itself. Their owners
// see them, and admins see all. What is not the caller's is answered as what is not there.

import { SESSION_NAME, type SessionInfo, type SessionList, type SessionStats } from '../../api/sessions.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { messageOf } from '../message-of.ts';
import type { Lease } from '../sessions/lease.ts';
import type { SessionIds } from '../sessions/session-ids.ts';
import { type RegistryMethods, type ServerStatus, sessionServer } from '../sessions/session-stubs.ts';
import type { Caller } from './admin-route.ts';
import { fromRegistry } from './from-registry.ts';
import { pageQueryOf } from './page-query.ts';
import { sessionAnswer, sessionView } from './session-view.ts';

/** An object that doesn't answer its own Worker for this long counts as not answering. */
const STATUS_TIMEOUT_MS = 3_000;

/** A call that names a session. */
export interface SessionCall {
  readonly request: Request;
  readonly edge: EdgeContext;
  readonly caller: Caller;
  /** Its id, or its name among the caller's. */
  readonly asked: string;
}

export type SessionHandler = (call: SessionCall) => Promise<Response>;

export async function listSessions(request: Request, edge: EdgeContext, caller: Caller): Promise<Response> {
  const page = pageQueryOf(request);
  if (page === undefined)
    return errorResponse('bad_request', '`before` and `limit` are whole numbers from 1');
  return fromRegistry(edge.env, async (registry) => {
    const { before = Number.MAX_SAFE_INTEGER, limit } = page;
    const owner = caller.mayWrite ? undefined : caller.actor;
    const { leases, count } = await registry.page(owner, before, limit);
    const list: SessionList = {
      containers: leases.map((lease) => sessionView(lease)),
      count,
      next: leases.length < limit ? null : (leases.at(-1)?.serial ?? null),
      timestamp: new Date().toISOString(),
    };
    return Response.json(list);
  });
}

export function showSession(call: SessionCall): Promise<Response> {
  return withLease(call, async (lease, { ids }) =>
    sessionAnswer({
      lease,
      token: await ids.tokenOf(lease.id, lease.serial),
      url: call.request.url,
      status: await statusOf(call.edge, lease),
    }),
  );
}

export function endSession(call: SessionCall): Promise<Response> {
  call.caller.note({ detail: `session ${call.asked.slice(0, 64)}` });
  return withLease(call, async (found, { registry, ids }) => {
    const lease = await registry.end(found.id);
    if (lease === undefined) return unknown(call);
    const token = await ids.tokenOf(lease.id, lease.serial);
    return sessionAnswer({ lease, token, url: call.request.url, status: undefined }, { status: 202 });
  });
}

export function sessionInfo(call: SessionCall): Promise<Response> {
  return withLease(call, async (lease) => {
    const status = await statusOf(call.edge, lease);
    const { serverId = null, serverName = null, version = null } = status?.facts ?? {};
    const { jetstream, maxConnections, maxPayloadBytes } = lease.config;
    const { state } = sessionView(lease, status);
    return Response.json({
      id: lease.id,
      state,
      serverId,
      serverName,
      version,
      jetstream,
      maxConnections,
      maxPayloadBytes,
    } satisfies SessionInfo);
  });
}

export function sessionStats(call: SessionCall): Promise<Response> {
  return withLease(call, async (lease) => {
    const status = await statusOf(call.edge, lease);
    const { state } = sessionView(lease, status);
    return Response.json({
      id: lease.id,
      state,
      server: status?.facts?.stats ?? null,
    } satisfies SessionStats);
  });
}

interface Found {
  readonly registry: RegistryMethods;
  readonly ids: SessionIds;
}

function withLease(
  call: SessionCall,
  answer: (lease: Lease, found: Found) => Promise<Response>,
): Promise<Response> {
  const { edge, caller, asked } = call;
  return fromRegistry(edge.env, async (registry, ids) => {
    const id = await idOf(asked, caller, ids);
    const lease = id === undefined ? undefined : await registry.lease(id);
    const isVisible = lease !== undefined && (caller.mayWrite || lease.owner === caller.actor);
    return isVisible ? answer(lease, { registry, ids }) : unknown(call);
  });
}

async function idOf(asked: string, { actor }: Caller, ids: SessionIds): Promise<string | undefined> {
  if (await ids.has(asked)) return asked;
  return SESSION_NAME.test(asked) ? ids.idOf(actor, asked) : undefined;
}

function unknown({ asked }: SessionCall): Response {
  const message = `there is no session ${JSON.stringify(asked.slice(0, 64))} of yours`;
  return errorResponse('no_such_session', message);
}

/** Undefined if its object does not answer. */
async function statusOf(
  { env }: EdgeContext,
  { id, serial, name }: Lease,
): Promise<ServerStatus | undefined> {
  try {
    const problem = `no answer within ${STATUS_TIMEOUT_MS} ms`;
    return await withTimeout(sessionServer(env, id).status(serial), STATUS_TIMEOUT_MS, problem);
  } catch (error) {
    console.warn(`session ${name}: ${messageOf(error)}`);
    return undefined;
  }
}
