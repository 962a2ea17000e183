// `GET /api/regions/{id}/scaling`: how many servers a region needs, why, and what held it back.

import type { Scaling } from '../../api/scaling.ts';
import { isExternal } from '../../regions/config.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { publicMessageOf } from '../message-of.ts';
import { regionStub } from '../region/region-stub.ts';
import { isNotOurs } from './external-region.ts';
import { noSuchRegion } from './no-such-region.ts';

/** An object that does not answer for this long does not answer. */
const TIMEOUT_MS = 5_000;

export async function regionScaling(edge: EdgeContext, id: string): Promise<Response> {
  const { env, config } = edge;
  const region = config.regions.find((each) => each.id === id);
  if (region === undefined) return noSuchRegion(config, id);
  if (isExternal(region)) return isNotOurs(id, 'scaled');
  if (region.members === undefined) return noMembers(id);
  try {
    const late = `it did not answer within ${TIMEOUT_MS} ms`;
    const status = await withTimeout(regionStub(env, region).scaling(), TIMEOUT_MS, late);
    // Its object has not heard of them yet.
    if (status === undefined) return noMembers(id);
    const { windowMs, ...settings } = status.settings;
    return Response.json({
      region: id,
      settings: { ...settings, windowSeconds: windowMs / 1000 },
      decision: status.decision ?? null,
      rebalance: status.rebalance ?? null,
    } satisfies Scaling);
  } catch (error) {
    const reason = publicMessageOf(error, 'its object cannot be reached', `region ${id}: scaling`);
    return errorResponse('region_unavailable', `region ${id} does not answer: ${reason}`);
  }
}

function noMembers(id: string): Response {
  const how = `set members of ${id} in regions.json and deploy`;
  return errorResponse('no_members', `region ${id} is one server, and nothing is decided: ${how}`);
}
