// The answer for what an external region cannot do, since it has no server of ours.

import { errorResponse } from '../error-response.ts';

/** @param what it is not, such as "started or stopped" */
export function isNotOurs(id: string, what: string): Response {
  return errorResponse('external_region', `region ${id} is external, so it is not ${what} from here`);
}
