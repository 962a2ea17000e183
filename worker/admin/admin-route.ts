// Wraps the handler of an admin endpoint: only callers with permission get through, and every change and every refused
// attempt is entered in the audit log. Reading is not a change and leaves no entry.

import type { ErrorAnswer } from '../../api/error-answer.ts';
import { ERROR_STATUS } from '../../api/errors.ts';
import { WWW_AUTHENTICATE_HEADER } from '../../api/headers.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import type { AuditEvent } from '../config/audit-table.ts';
import type { TokenUse } from '../config/secret-table.ts';
import { configStore } from '../config/store-stub.ts';
import type { AdminEnv, Env } from '../env.ts';
import { errorResponse } from '../error-response.ts';
import { messageOf } from '../message-of.ts';
import { addressOf } from './address.ts';
import type { AdminSecret } from './admin-tokens.ts';
import { authorize, type Need, type Refused } from './authorize.ts';
import { COLLECT_MS, RefusedCalls } from './refused-calls.ts';
import { TokenUses } from './token-uses.ts';

/** For one entry of the audit log: a client can send a path of any length. */
const MAX_DETAIL_CHARS = 300;

/** One of each per isolate. */
const refusedCalls = new RefusedCalls();
const tokenUses = new TokenUses();

/** The part of the handlers' context that the wrapper needs. */
export interface AdminContext {
  readonly env: AdminEnv & Pick<Env, 'CONFIG_STORE'>;
  readonly config: MeridianConfig;
  /** Writes entries in the background. Must not throw. */
  readonly audit: (...events: readonly AuditEvent[]) => void;
  /** Work that continues after the answer. */
  readonly background: (name: string, work: Promise<unknown>) => void;
}

/** What a handler may add to the entry of its change. */
export type AuditNote = Pick<AuditEvent, 'from' | 'to' | 'detail'>;

/** Who is calling. */
export interface Caller {
  readonly actor: string;
  readonly mayWrite: boolean;
  readonly address: string;
  /** Where its token is; absent for who has signed in. */
  readonly secret?: AdminSecret;
  /** Adds to the entry that is written once the handler has answered; later notes win. */
  readonly note: (note: AuditNote) => void;
}

export type AdminHandler<C extends AdminContext, R extends Request = Request> = (
  request: R,
  edge: C,
  caller: Caller,
) => Response | Promise<Response>;

export interface AdminRouteOptions {
  /**
   * Who writes the entry of a change that was allowed: this wrapper (default), or the handler, as for edits, where
   * the ConfigStore stores the change and its entry together. The wrapper always writes those of refused attempts.
   */
  readonly changesAuditedBy?: 'wrapper' | 'handler';
}

/** `action` is the name of the endpoint in the audit log, such as `drain`. */
export function adminRoute<C extends AdminContext, R extends Request = Request>(
  need: Need,
  action: string,
  handler: AdminHandler<C, R>,
  { changesAuditedBy = 'wrapper' }: AdminRouteOptions = {},
): (request: R, edge: C) => Promise<Response> {
  const isAudited = need !== 'read' && changesAuditedBy === 'wrapper';
  return async (request, edge) => {
    const access = await authorize(request, edge.env, edge.config, need);
    const address = addressOf(request);
    if (!access.ok) {
      auditRefusal(access, { request, edge, action, address });
      return uncached(refusal(access));
    }
    const { actor, mayWrite, secret } = access;
    if (secret !== undefined) noteUse(edge, { secret, who: actor });
    let notes: AuditNote = {};
    const note = (more: AuditNote) => {
      notes = { ...notes, ...more };
    };
    const report = (outcome: string, detail: string) =>
      edge.audit({ actor, action, outcome, address, detail, ...notes });
    let response: Response;
    try {
      response = await handler(request, edge, {
        actor,
        mayWrite,
        address,
        note,
        ...(secret !== undefined && { secret }),
      });
    } catch (error) {
      if (isAudited) report('failed', bounded(`${placeOf(request)}: ${messageOf(error)}`));
      throw error;
    }
    if (isAudited) report(await outcomeOf(response), placeOf(request));
    return uncached(response);
  };
}

interface Attempt {
  readonly request: Request;
  readonly edge: AdminContext;
  readonly action: string;
  readonly address: string;
}

function noteUse({ env, background }: AdminContext, use: TokenUse): void {
  const store = configStore(env);
  if (store === undefined || !tokenUses.isDue(use, Date.now())) return;
  background('use of a token', store.tokenUsed(use));
}

function auditRefusal(
  { code, actor = 'anonymous', reason }: Refused,
  { request, edge, action, address }: Attempt,
): void {
  // Where admin is off there is nothing to attack, and an entry for each attempt would let anyone fill the log.
  if (code === 'admin_off') return;
  const detail = reason === undefined ? placeOf(request) : bounded(`${placeOf(request)}: ${reason}`);
  const event = { actor, action, outcome: code, address, detail };
  if (code !== 'rate_limited') edge.audit(event);
  else if (refusedCalls.add(event, Date.now()))
    edge.background('audit of refused calls', auditRefusedCalls(edge));
}

async function auditRefusedCalls({ audit }: AdminContext): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, COLLECT_MS));
  audit(...refusedCalls.take());
}

function refusal({ code, message }: Refused): Response {
  const headers: Record<string, string> = {};
  if (ERROR_STATUS[code] === 401) headers[WWW_AUTHENTICATE_HEADER] = 'Bearer realm="meridian"';
  return errorResponse(code, message, { headers });
}

/** `ok`, or the code of the error that the handler answered with. */
async function outcomeOf(response: Response): Promise<string> {
  if (response.ok) return 'ok';
  const { error } = await response.clone().json<ErrorAnswer>();
  return error.code;
}

/** Method and path, without the query, since that may contain a token. */
function placeOf({ method, url }: Request): string {
  return bounded(`${method} ${new URL(url).pathname}`);
}

function bounded(text: string): string {
  return text.slice(0, MAX_DETAIL_CHARS);
}

/** What admins see must not be cached. The headers of a fetched response are immutable, hence the copy. */
function uncached(response: Response): Response {
  const own = new Response(response.body, response);
  own.headers.set('cache-control', 'no-store');
  return own;
}
