// Tells the regions' objects their configuration. An external region has none.

import { ownRegions } from '../../regions/config.ts';
import { settleSeconds } from '../config/one-machine.ts';
import type { PublishedConfig } from '../config/published-config.ts';
import type { Env } from '../env.ts';
import { messageOf } from '../message-of.ts';
import { regionStub } from './region-stub.ts';
import { asTold } from './told-region.ts';

/** Tells every region, which wakes those that should be awake. One that does not answer does not block the others. */
export async function tellRegions(env: Env, { version, config }: PublishedConfig): Promise<void> {
  const settle = settleSeconds(env, config);
  await Promise.all(
    ownRegions(config).map(async (region) => {
      try {
        await regionStub(env, region).configure(asTold(region, config), version, settle);
      } catch (error) {
        console.error(`region ${region.id} could not be told of version ${version}: ${messageOf(error)}`);
      }
    }),
  );
}
