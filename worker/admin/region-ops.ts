// Operations on one region: drain, undrain, wake, stop. A drain is also an edit, so that Workers everywhere stop
// choosing the region and a rollback or a new deploy does not lose the drain.

import type { RegionOperation } from '../../api/paths.ts';
import type { OperationResult } from '../../api/regions.ts';
import { type ExternalRegion, isExternal } from '../../regions/config.ts';
import { settleSeconds } from '../config/one-machine.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { externalStatus } from '../external/external-status.ts';
import { messageOf } from '../message-of.ts';
import { type RegionStub, regionStub } from '../region/region-stub.ts';
import type { RegionStatus } from '../region/status.ts';
import { setDrain } from './drain-edit.ts';
import type { Author } from './edit.ts';
import { jetStreamBehind } from './edit-answer.ts';
import { isNotOurs } from './external-region.ts';
import { whyNotLeave } from './jetstream-leave.ts';
import { noSuchRegion } from './no-such-region.ts';

/** `POST /api/regions/<id>/<operation>` */
export async function operateRegion(
  request: Request,
  edge: EdgeContext,
  author: Author,
  { id, operation }: { readonly id: string; readonly operation: RegionOperation },
): Promise<Response> {
  const { env, config } = edge;
  const region = config.regions.find((each) => each.id === id);
  if (region === undefined) return noSuchRegion(config, id);
  if (isExternal(region)) return operateExternal({ request, edge, author, region, operation });
  if (operation === 'stop' && region.jetstream && new URL(request.url).searchParams.get('force') !== 'true') {
    const reason = await whyNotLeave(env, [id], true);
    if (reason !== undefined) return jetStreamBehind(reason);
  }
  const run = async () => {
    let status: RegionStatus;
    try {
      const stub = regionStub(env, region);
      const refusal = operation === 'wake' ? await stub.wake() : undefined;
      if (refusal !== undefined) return errorResponse('drained', `region ${id} is not woken: ${refusal}`);
      status = await RUN[operation](stub, settleSeconds(env, config));
    } catch (error) {
      const message = `region ${id} does not answer: ${messageOf(error)}. Look at GET /api/regions before you try again`;
      return errorResponse('region_unavailable', message);
    }
    const { state, clients = null } = status;
    return Response.json({ region: status.region, state, clients } satisfies OperationResult);
  };
  if (operation !== 'drain' && operation !== 'undrain') return run();
  return setDrain({ request, edge, author, region: id, drain: operation === 'drain', answer: run });
}

/** It is drained by the configuration alone: no new client is sent there, and those who are there stay until they leave. */
function operateExternal({
  request,
  edge,
  author,
  region,
  operation,
}: {
  readonly request: Request;
  readonly edge: EdgeContext;
  readonly author: Author;
  readonly region: ExternalRegion;
  readonly operation: RegionOperation;
}): Promise<Response> | Response {
  const { id } = region;
  if (operation !== 'drain' && operation !== 'undrain') return isNotOurs(id, 'started or stopped');
  const answer = async () => {
    const { state } = await externalStatus(edge.env, region);
    return Response.json({ region: id, state, clients: null } satisfies OperationResult);
  };
  return setDrain({ request, edge, author, region: id, drain: operation === 'drain', answer });
}

const RUN: Readonly<
  Record<RegionOperation, (stub: RegionStub, settleSeconds: number) => Promise<RegionStatus>>
> = {
  drain: (stub, settleSeconds) => stub.drain(settleSeconds),
  undrain: (stub) => stub.undrain(),
  wake: (stub) => stub.status(),
  stop: (stub) => stub.halt(),
};
