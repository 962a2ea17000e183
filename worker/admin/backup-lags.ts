// What the regions say about the streams that they back up: how far behind the backups are.

import { ownRegions } from '../../regions/config.ts';
import type { EdgeContext } from '../edge-context.ts';
import { messageOf } from '../message-of.ts';
import { regionStub } from '../region/region-stub.ts';

/** Of one stream, by the region that leads it. */
export interface BackupLag {
  readonly account: string;
  readonly stream: string;
  readonly lagMessages: number;
  readonly lagMs: number;
  readonly problem?: string;
}

interface BackingUp {
  backupStatus(): Promise<readonly BackupLag[]>;
}

export interface BackupLags {
  readonly lags: readonly BackupLag[];
  /** Regions that could not be asked. */
  readonly problems: readonly string[];
}

/** Asks all JetStream regions. A region that does not answer does not keep the others from being heard. */
export async function backupLags({ env, config }: EdgeContext): Promise<BackupLags> {
  const regions = ownRegions(config).filter(({ enabled, jetstream }) => enabled && jetstream);
  const asked = await Promise.all(
    regions.map(async (region): Promise<BackupLags> => {
      try {
        const stub = regionStub(env, region) as unknown as BackingUp;
        return { lags: await stub.backupStatus(), problems: [] };
      } catch (error) {
        return { lags: [], problems: [`what ${region.id} backs up is unknown: ${messageOf(error)}`] };
      }
    }),
  );
  return {
    lags: asked.flatMap(({ lags }) => lags),
    problems: asked.flatMap(({ problems }) => problems),
  };
}
