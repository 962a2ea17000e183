// Operations on one region: drain, undrain, wake, stop. A drain is an edit as well, so that Workers everywhere stop
// choosing the region and a rollback or a new deploy does not forget it.

import type { OperationResult } from '../../api/types.ts';
import type { EdgeContext } from '../edge-context.ts';
import { regionStub } from '../env.ts';
import { errorResponse } from '../error-response.ts';
import type { RegionStatus } from '../region/status.ts';

export const OPERATIONS = ['drain', 'undrain', 'wake', 'stop'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Sets `drain` of a region in the configuration; a response when that was refused. */
export type SetDrain = (region: string, drain: boolean) => Promise<Response | undefined>;

export async function operateRegion(
  id: string,
  operation: Operation,
  { env, config }: EdgeContext,
  setDrain: SetDrain,
): Promise<Response> {
  const region = config.regions.find((each) => each.id === id);
  if (region === undefined) {
    const known = config.regions.map((each) => each.id).join(', ');
    return errorResponse(404, 'no_such_region', `there is no region ${JSON.stringify(id)}; known: ${known}`);
  }
  if (operation === 'drain' || operation === 'undrain') {
    const refused = await setDrain(id, operation === 'drain');
    if (refused !== undefined) return refused;
  }
  const status = await RUN[operation](regionStub(env, region), config.routing.drainSettleSeconds);
  const { state, clients } = status;
  return Response.json({ region: status.region, state, clients: clients ?? 0 } satisfies OperationResult);
}

type Stub = ReturnType<typeof regionStub>;

const RUN: Readonly<Record<Operation, (stub: Stub, settleSeconds: number) => Promise<RegionStatus>>> = {
  drain: (stub, settleSeconds) => stub.drain(settleSeconds),
  undrain: (stub) => stub.undrain(),
  wake: async (stub) => {
    await stub.wake();
    return stub.status();
  },
  stop: (stub) => stub.halt(),
};
