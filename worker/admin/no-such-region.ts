// The answer for a region that the configuration does not have.

import type { MeridianConfig } from '../../regions/config.ts';
import { errorResponse } from '../error-response.ts';

export function noSuchRegion({ regions }: MeridianConfig, id: string): Response {
  const known = regions.map((each) => each.id).join(', ');
  return errorResponse('no_such_region', `there is no region ${JSON.stringify(id)}; known: ${known}`);
}
