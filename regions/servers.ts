// The servers of a region: its own, and the members that there may be. A member's id is like a region's (`weur-2`), so that
// names, links and logs say it in the same way; a rule keeps regions from having such an id.

import { type MeridianConfig, ownRegions, type RegionConfig } from './config.ts';
import { instanceNameOf } from './names.ts';

/** The number of a region's own server. */
export const OWN_SERVER = 1;

/** `weur` for its own server, `weur-2` for its first member. */
export function serverIdOf(id: string, number: number): string {
  return number === OWN_SERVER ? id : `${id}-${number}`;
}

/** The number of the server whose object has this name; that of the region's own for any that is no member's. */
export function serverNumberOf(id: string, objectName: string): number {
  const prefix = `${instanceNameOf(id)}-`;
  if (!objectName.startsWith(prefix)) return OWN_SERVER;
  const number = objectName.slice(prefix.length);
  return /^[1-9]\d?$/.test(number) && number !== '1' ? Number(number) : OWN_SERVER;
}

/** The numbers of the members that a region may have. */
export function memberNumbersOf({ members }: Pick<RegionConfig, 'members'>): readonly number[] {
  return Array.from({ length: (members?.max ?? 1) - 1 }, (_, index) => index + 2);
}

/** The ids of all servers of ours that there may be, in the order of the regions. */
export function serverIdsOf(config: Pick<MeridianConfig, 'regions'>): readonly string[] {
  return ownRegions(config).flatMap((region) => [
    region.id,
    ...memberNumbersOf(region).map((number) => serverIdOf(region.id, number)),
  ]);
}

/** A server by its id. */
export interface ServerOfRegion {
  readonly region: RegionConfig;
  readonly number: number;
}

/** Undefined if there may be none of this id. */
export function serverById(
  serverId: string,
  config: Pick<MeridianConfig, 'regions'>,
): ServerOfRegion | undefined {
  for (const region of ownRegions(config)) {
    if (region.id === serverId) return { region, number: OWN_SERVER };
    const number = memberNumbersOf(region).find((each) => serverIdOf(region.id, each) === serverId);
    if (number !== undefined) return { region, number };
  }
  return undefined;
}

/**
 * What a member is told: the region's configuration as far as it is a member's, and whatever else the region's object was
 * told with it. It has no JetStream, runs as long as it is wanted, and is out of service like a region that is drained.
 */
export function memberConfig(region: RegionConfig, number: number, isOut: boolean): RegionConfig {
  const { members: _members, ...rest } = region;
  return {
    ...rest,
    id: serverIdOf(region.id, number),
    jetstream: false,
    keepAwake: true,
    drain: region.drain || isOut,
  };
}
