// When each region's server leaves at a deploy with a new image. Cloudflare then sends SIGTERM to all of them at about the
// same time, and a JetStream server closes its streams as soon as it is a lame duck: at once, nothing would be left of
// them. So each JetStream server goes on until its turn, when the ones before it have come back and caught up. Pure.

import { type MeridianConfig, ownRegions, type RegionConfig, type RegionId } from './config.ts';

/** From SIGTERM to SIGKILL. https://developers.cloudflare.com/containers/configuration/rollouts/ */
export const KILLED_AFTER_SECONDS = 900;

/** For the server to end, once its last client has gone. */
const RESERVE_SECONDS = 60;

/**
 * From a deploy until a JetStream server is replaced that was started less than this long before: longer than a deploy
 * takes, so that a second one does not replace what the first one has just started.
 */
export const ROLLOUT_GRACE_SECONDS = KILLED_AFTER_SECONDS;

type Deployed = Pick<MeridianConfig, 'regions' | 'lameDuck' | 'jetstream'>;

/** Seconds from SIGTERM until the region's server becomes a lame duck. 0 without JetStream. */
export function holdSecondsOf(config: Deployed, id: RegionId): number {
  const turn = ownRegions(config)
    .filter(takesTurns)
    .findIndex((region) => region.id === id);
  return turn === -1 ? 0 : turn * turnSecondsOf(config);
}

/** Seconds from one turn to the next: as configured, and no more than leaves the last one time for its clients. */
export function turnSecondsOf(config: Deployed): number {
  const { lameDuck, jetstream } = config;
  const others = ownRegions(config).filter(takesTurns).length - 1;
  if (others < 1) return 0;
  const left = KILLED_AFTER_SECONDS - RESERVE_SECONDS - lameDuck.graceSeconds - lameDuck.durationSeconds;
  return Math.min(jetstream.turnSeconds, Math.floor(left / others));
}

function takesTurns({ enabled, jetstream }: RegionConfig): boolean {
  return enabled && jetstream;
}
