// `POST /api/containers`: makes a session or finds it, and waits until its server serves. Asked again, it gives the same
// session, and more time.

import { RETRY_AFTER_HEADER } from '../../api/headers.ts';
import { sessionPath } from '../../api/paths.ts';
import type { SessionBody } from '../../api/sessions.ts';
import { SessionBodySchema } from '../../api/sessions.ts';
import { ownRegions } from '../../regions/config.ts';
import { regionOf } from '../config/config-copy.ts';
import { decide } from '../connect/decide.ts';
import { refusalResponse } from '../connect/refusal.ts';
import { routingRequestOf } from '../connect/routing-request.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { publicMessageOf } from '../message-of.ts';
import { WITH_OPERATOR } from '../region/leaf-links.ts';
import type { Lease } from '../sessions/lease.ts';
import type { SessionIds } from '../sessions/session-ids.ts';
import {
  type Claimed,
  type RegistryMethods,
  type ServerStatus,
  sessionServer,
} from '../sessions/session-stubs.ts';
import type { Caller } from './admin-route.ts';
import { fromRegistry } from './from-registry.ts';
import { readJsonBody } from './json-body.ts';
import { sessionAnswer } from './session-view.ts';

/** As long as a cold start takes in the worst tenth. Longer waits are for who asks to decide: 202. */
const WAIT_MS = 10_000;

const LATE = Symbol('late');

export async function createSession(request: Request, edge: EdgeContext, caller: Caller): Promise<Response> {
  const { madeBy } = edge.config.sessions;
  if (madeBy === 'nobody') {
    return errorResponse('sessions_off', 'sessions are off: set `sessions.madeBy` to `admins` or `readers`');
  }
  if (madeBy === 'admins' && !caller.mayWrite) {
    return errorResponse('read_only', 'only admins may make sessions here (`sessions.madeBy`)');
  }
  const read = await readJsonBody(request, SessionBodySchema);
  if (!read.ok) return read.response;
  const { body } = read;
  caller.note({ detail: `session ${body.sessionId}` });
  const whyNot = body.config?.join === undefined ? undefined : whyNotJoin(edge);
  if (whyNot !== undefined) return errorResponse('bad_request', `config.join: ${whyNot}`);
  const { mostTtlSeconds } = edge.config.sessions;
  if ((body.ttlSeconds ?? 0) > mostTtlSeconds) {
    const message = `ttlSeconds: at most ${mostTtlSeconds} here (sessions.mostTtlSeconds)`;
    return errorResponse('bad_request', message);
  }
  return fromRegistry(edge.env, (registry, ids) => made({ request, edge, caller, body, registry, ids }));
}

function whyNotJoin({ config, env }: EdgeContext): string | undefined {
  if (!config.sessions.mayJoin) return 'sessions may not join their region here: set `sessions.mayJoin`';
  return env.NATS_OPERATOR_JWT ? WITH_OPERATOR : undefined;
}

interface Making {
  readonly request: Request;
  readonly edge: EdgeContext;
  readonly caller: Caller;
  readonly body: SessionBody & { readonly config?: Lease['config'] };
  readonly registry: RegistryMethods;
  readonly ids: SessionIds;
}

async function made({ request, edge, caller, body, registry, ids }: Making): Promise<Response> {
  const { sessions } = edge.config;
  const asked = { ...routingRequestOf(request, edge.config.routing.pinDomains), onlyOwn: true };
  const { decision } = await decide(asked, edge);
  const { winner, refusal } = decision;
  if (winner === undefined) {
    return refusal === undefined
      ? errorResponse('no_region', 'no region may serve this client')
      : refusalResponse(decision, refusal);
  }
  const { sessionId: name, config, ttlSeconds = sessions.ttlSeconds } = body;
  const owner = caller.actor;
  const claimed = await registry.claim({
    id: await ids.idOf(owner, name),
    name,
    owner,
    region: winner,
    ...(config && { config }),
    ttlMs: ttlSeconds * 1000,
    most: sessions.most,
    mostPerOwner: sessions.mostPerOwner,
  });
  if (!('lease' in claimed)) return unclaimed(claimed, name);
  return served({ edge, ids, request, claimed });
}

function unclaimed(claimed: Exclude<Claimed, { readonly lease: Lease }>, name: string): Response {
  switch (claimed.kind) {
    case 'differs':
      return errorResponse(
        'session_differs',
        `session ${name} is there with another configuration: end it first, or leave \`config\` out to get it as it is`,
      );
    case 'ending':
      return errorResponse('session_ending', `session ${name} ends: make it anew in some seconds`);
    case 'full': {
      const { of, most, retryAfterMs } = claimed;
      const who =
        of === 'owner' ? `you have ${most} sessions, as many as one may have` : `there are ${most} sessions`;
      const setting = of === 'owner' ? 'sessions.mostPerOwner' : 'sessions.most';
      const message = `${who} (${setting}): end one, or wait until one expires`;
      const headers = { [RETRY_AFTER_HEADER]: String(Math.ceil(retryAfterMs / 1000)) };
      return errorResponse('session_quota', message, { headers });
    }
  }
}

interface Serving {
  readonly edge: EdgeContext;
  readonly ids: SessionIds;
  readonly request: Request;
  readonly claimed: Extract<Claimed, { readonly lease: Lease }>;
}

async function served({ edge, ids, request, claimed }: Serving): Promise<Response> {
  const { env, config } = edge;
  const { lease, kind } = claimed;
  const { id, serial, name, region, expiresAt } = lease;
  const token = await ids.tokenOf(id, serial);
  const { sleepAfter } = config.sessions;
  const placed = ownRegions(config).some((region) => region.id === lease.region)
    ? regionOf(lease.region, edge)
    : undefined;
  const beginning = sessionServer(env, id, placed?.hint).begin({
    id,
    serial,
    name,
    region,
    config: lease.config,
    expiresAt,
    token,
    sleepAfter,
  });
  // It goes on, whether or not somebody waits for it.
  edge.background(`session ${name}`, beginning);
  let timer: ReturnType<typeof setTimeout> | null = null;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), WAIT_MS);
  });
  let status: ServerStatus | typeof LATE;
  try {
    status = await Promise.race([beginning, late]);
  } catch (error) {
    return unserved(lease, publicMessageOf(error, 'its object does not answer'));
  } finally {
    clearTimeout(timer);
  }
  if (status !== LATE && status.state !== 'up') {
    return status.state === 'ending' ? unclaimed({ kind: 'ending' }, name) : unserved(lease, status.problem);
  }
  const view = { lease, token, url: request.url };
  if (status !== LATE) return sessionAnswer({ ...view, status }, { status: kind === 'made' ? 201 : 200 });
  return sessionAnswer(
    { ...view, status: undefined },
    { status: 202, headers: { location: sessionPath(id) } },
  );
}

function unserved({ id, name }: Lease, problem = 'its server is not up'): Response {
  const fix = `Asking again tries again; DELETE ${sessionPath(id)} gives it up`;
  return errorResponse('session_unavailable', `session ${name} does not serve: ${problem}. ${fix}`);
}
