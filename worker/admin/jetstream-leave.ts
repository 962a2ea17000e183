// Whether JetStream regions may leave service now: only while every other one holds everything that they hold.

import type { Env } from '../env.ts';
import { jetStreamKeeper } from '../jetstream/keeper-stub.ts';
import { messageOf } from '../message-of.ts';

/** Why not; undefined if they may. Where the Keeper does not answer, nobody knows that they may. */
export async function whyNotLeave(
  env: Env,
  regions: readonly string[],
  atOnce = false,
): Promise<string | undefined> {
  try {
    return await jetStreamKeeper(env)?.whyNotLeave(regions, atOnce);
  } catch (error) {
    return `the Keeper does not answer: ${messageOf(error)}`;
  }
}
