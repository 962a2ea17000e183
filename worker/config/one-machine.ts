// What is different where everything runs on one machine (`npm start`). It is not part of the configuration, which is the
// same as on Cloudflare, so that it can be compared, edited and applied.

import type { MeridianConfig } from '../../regions/config.ts';
import type { Env } from '../env.ts';

/** A drain is known everywhere as soon as the next request. */
const SETTLE_SECONDS = 1;

type Here = Pick<Env, 'MERIDIAN_ONE_MACHINE'>;

/** Whether data centers measure: on one machine every region is equally near, whatever city a client pretends to be in. */
export function measures({ MERIDIAN_ONE_MACHINE }: Here, { routing }: MeridianConfig): boolean {
  return routing.measure && MERIDIAN_ONE_MACHINE !== 'true';
}

/** How long a drain waits before it disconnects clients. */
export function settleSeconds({ MERIDIAN_ONE_MACHINE }: Here, { routing }: MeridianConfig): number {
  const { drainSettleSeconds } = routing;
  return MERIDIAN_ONE_MACHINE === 'true' ? Math.min(drainSettleSeconds, SETTLE_SECONDS) : drainSettleSeconds;
}
