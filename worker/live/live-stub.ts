// How the object that looks is reached.

import type { Env } from '../env.ts';

/** The name of the only object. */
const LIVE_NAME = 'live';

/** The level of a sign-in, which the Worker has verified. Whoever connects cannot set it: no header of theirs is passed on. */
export const SIGN_IN_HEADER = 'x-meridian-sign-in';

/** For the limit of calls, as everywhere. */
export const ADDRESS_HEADER = 'cf-connecting-ip';

/** The only one; undefined if the deployment has none. */
export function liveView(env: Env): Pick<Fetcher, 'fetch'> | undefined {
  return env.LIVE?.getByName(LIVE_NAME);
}
