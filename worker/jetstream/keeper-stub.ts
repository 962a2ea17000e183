// How the Keeper is reached, and what can be asked of it.

import type { Env } from '../env.ts';
import type { StartAnswer } from './admission/admission.ts';

/** What regions' objects and the Worker call, over RPC. */
export interface KeeperMethods {
  /** A region's server is to start, and its disk is empty: may it? Asked again each second while it may not. */
  mayStart(region: string): Promise<StartAnswer>;
}

/** The name of the only object. */
const KEEPER_NAME = 'keeper';

/** The only Keeper; undefined if the deployment has none. */
export function jetStreamKeeper(env: Env): KeeperMethods | undefined {
  return env.JETSTREAM_KEEPER?.getByName(KEEPER_NAME) as KeeperMethods | undefined;
}
