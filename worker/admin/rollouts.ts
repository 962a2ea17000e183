// `/api/rollouts`: what is asked of the object that carries rollouts out.

import type { RolloutOperation } from '../../api/paths.ts';
import { RolloutOperationBodySchema, type Rollouts, StartRolloutBodySchema } from '../../api/rollouts.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { messageOf } from '../message-of.ts';
import { type RolloutMethods, type RolloutOutcome, rolloutsOf } from '../rollouts/rollouts-stub.ts';
import type { AdminHandler, Caller } from './admin-route.ts';
import { invalidAnswer } from './edit-answer.ts';
import { noStore } from './from-store.ts';
import { readJsonBody } from './json-body.ts';

const CREATED = 201;

/** `GET /api/rollouts` */
export function listRollouts(_request: Request, edge: EdgeContext): Promise<Response> {
  return fromDriver(edge, async (driver) =>
    Response.json({ rollouts: [...(await driver.list())] } satisfies Rollouts),
  );
}

/** `POST /api/rollouts` */
export const startRollout: AdminHandler<EdgeContext> = (request, edge, caller) =>
  byPlan(request, edge, { caller, dryRun: false });

/** `POST /api/rollouts/dry-run` */
export const planRollout: AdminHandler<EdgeContext> = (request, edge, caller) =>
  byPlan(request, edge, { caller, dryRun: true });

async function byPlan(
  request: Request,
  edge: EdgeContext,
  { caller, dryRun }: { readonly caller: Caller; readonly dryRun: boolean },
): Promise<Response> {
  const read = await readJsonBody(request, StartRolloutBodySchema);
  if (!read.ok) return read.response;
  const { plan } = read.body;
  caller.note({ detail: `rollout ${plan.name}` });
  return fromDriver(edge, async (driver) => {
    const outcome = await driver.start({ plan, dryRun, author: caller.actor });
    return answerOf(outcome, { base: plan.base, status: dryRun ? undefined : CREATED });
  });
}

/** `GET /api/rollouts/{id}` */
export function showRollout(edge: EdgeContext, id: string): Promise<Response> {
  return fromDriver(edge, async (driver) => {
    const rollout = await driver.show(numberIn(id));
    return rollout === undefined ? noSuchRollout() : Response.json(rollout);
  });
}

/** `POST /api/rollouts/{id}/{operation}` */
export async function operateRollout(
  request: Request,
  edge: EdgeContext,
  {
    caller,
    id,
    operation,
  }: { readonly caller: Caller; readonly id: string; readonly operation: RolloutOperation },
): Promise<Response> {
  const { actor, note } = caller;
  note({ detail: `rollout ${id.slice(0, 64)}` });
  const read = await readJsonBody(request, RolloutOperationBodySchema);
  if (!read.ok) return read.response;
  const { full, reason, step } = read.body;
  return fromDriver(edge, async (driver) =>
    answerOf(
      await driver.operate({
        ...{ id: numberIn(id), operation, by: actor, full },
        ...(reason !== undefined && { reason }),
        ...(step !== undefined && { step }),
      }),
    ),
  );
}

function answerOf(
  outcome: RolloutOutcome,
  {
    base = 0,
    status = 200,
  }: { readonly base?: number | undefined; readonly status?: number | undefined } = {},
): Response {
  switch (outcome.kind) {
    case 'ok':
      return Response.json(outcome.rollout, { status });
    case 'no_store':
      return noStore();
    case 'no_such_rollout':
      return noSuchRollout();
    case 'running':
      return errorResponse(
        'rollout_running',
        `rollout ${outcome.id} (${outcome.name}) is not over: wait for it, or abort it`,
      );
    case 'not_now':
      return errorResponse('rollout_not_now', outcome.why);
    case 'past':
      return errorResponse('bad_request', 'startAt has passed: leave it out to start at once');
    case 'conflict':
      return errorResponse(
        'conflict',
        `the plan is for version ${base}, but version ${outcome.current} is the current one: look at what changed, and set "base" to it or leave it out`,
        { details: { current: outcome.current } },
      );
    case 'invalid':
      return invalidAnswer(outcome.problems, `step ${outcome.step + 1}: `);
    case 'refused':
      return errorResponse(outcome.code, `step ${outcome.step + 1} would be refused: ${outcome.words}`);
  }
}

function noSuchRollout(): Response {
  return errorResponse(
    'no_such_rollout',
    'there is no such rollout, or it is not kept any more: GET /api/rollouts',
  );
}

/** Of no rollout if it is none. */
function numberIn(id: string): number {
  return /^\d{1,9}$/.test(id) ? Number(id) : -1;
}

async function fromDriver(
  { env }: EdgeContext,
  answer: (driver: RolloutMethods) => Promise<Response>,
): Promise<Response> {
  const driver = rolloutsOf(env);
  if (driver === undefined)
    return errorResponse(
      'rollouts_unavailable',
      'this deployment has no object ROLLOUTS: deploy with wrangler.toml as it is',
    );
  try {
    return await answer(driver);
  } catch (error) {
    return errorResponse(
      'rollouts_unavailable',
      `the object of rollouts does not answer: ${messageOf(error)}`,
    );
  }
}
