// The configurations that the benchmarks run: the checked-in one with room for their clients, some of its regions,
// or more regions than there are places.

import { loadConfig } from '../../local/load-config.ts';
import { type MeridianConfig, ownRegions, type RegionConfig } from '../../regions/config.ts';
import { onlyRegions } from '../../regions/subset.ts';
import { MAX_CONNECTIONS, type StackRequest } from './contestant.ts';

/** Regions that a valid configuration of distinct places can have, as the checked-in one does. */
export const DISTINCT_PLACES = 6;

/** Minimum distance of two regions in degrees, so that no place is used twice. */
const DEGREES_APART = 7;

export async function configFor({
  regions,
  members,
  sleeps,
  reconcileSeconds,
  transport,
  jetstream,
  mqtt = false,
  external,
  compression,
  systemRoute,
}: StackRequest): Promise<MeridianConfig> {
  const { config } = await loadConfig();
  const counted = regions === undefined ? config : resized(config, regions);
  const sized = jetstream === undefined ? counted : withJetStream(counted, jetstream);
  // Thousands of clients share this machine's address.
  const limits = { maxConnections: MAX_CONNECTIONS, maxUnauthenticatedPerAddress: 0 };
  const made = {
    ...sized,
    doors: { leafnode: true, mqtt },
    mesh: {
      ...sized.mesh,
      ...(reconcileSeconds !== undefined && { reconcileSeconds }),
      ...(compression !== undefined && { compression }),
      ...(transport !== undefined && { transport }),
      ...(systemRoute !== undefined && { systemRoute }),
    },
    regions: ownRegions(sized).map((region, index) => ({
      ...region,
      limits: { ...region.limits, ...limits },
      ...(index === 0 &&
        members !== undefined && {
          members: { min: members, max: members, freeConnections: 0, windowSeconds: 300 },
        }),
      // The last: the default region stays awake.
      ...(sleeps === true &&
        index === sized.regions.length - 1 && { keepAwake: false, jetstream: false, sleepAfter: '24h' }),
    })),
  };
  return external === undefined ? made : withExternal(made, external);
}

/** Beside the first region, and nearer by half, so that it takes all clients. */
function withExternal(config: MeridianConfig, url: string): MeridianConfig {
  const [first] = ownRegions(config);
  if (first === undefined) throw new Error('there is no region of ours');
  const { latitude, longitude, enabled, priority, weight, dial, drain, residency, off } = first;
  const routed = { latitude, longitude, enabled, priority, weight, dial, drain, residency, off };
  const region = { id: 'outside', name: 'outside', kind: 'external', url, ...routed } as const;
  return { ...config, regions: [...config.regions, { ...region, bias: 0.5 }], defaultRegion: region.id };
}

/** Its regions with JetStream only. */
function withJetStream(
  config: MeridianConfig,
  { backup, everySeconds }: NonNullable<StackRequest['jetstream']>,
): MeridianConfig {
  const ids = ownRegions(config)
    .filter((region) => region.jetstream)
    .map(({ id }) => id);
  const subset = onlyRegions(config, ids);
  if (!subset.ok) throw new Error(`the regions with JetStream are no configuration: ${ids.join(', ')}`);
  const settings = {
    ...config.jetstream,
    backup: { ...config.jetstream.backup, enabled: backup, everySeconds },
  };
  return { ...subset.config, jetstream: settings };
}

/** This many regions, copies of the checked-in ones in turn. Without JetStream, which a cluster of two cannot have. */
function resized(config: MeridianConfig, count: number): MeridianConfig {
  const originals = ownRegions(config);
  const all = Array.from({ length: count }, (_, index): RegionConfig[] => {
    const original = originals[index % originals.length];
    if (original === undefined) return [];
    const copy = Math.floor(index / originals.length);
    return [
      {
        ...original,
        id: copy === 0 ? original.id : `${original.id}-${copy}`,
        latitude: original.latitude - copy * DEGREES_APART,
        keepAwake: true,
        jetstream: false,
      },
    ];
  });
  return { ...config, defaultRegion: all.flat()[0]?.id ?? '', regions: all.flat() };
}
