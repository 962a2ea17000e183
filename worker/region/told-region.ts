// What a region's object was told last of its configuration, kept in its storage: an object that was reset, or whose
// isolate was just born and uses the deployed version, must not forget a newer rule. Versions older than the newest
// known are ignored: whoever tells them has not heard of it yet.

import type { MeridianConfig, RegionConfig } from '../../regions/config.ts';

export interface Told {
  readonly version: number;
  readonly region: RegionConfig;
}

/** Where it is kept: the object's `storage.kv` is one. */
export interface ToldStorage {
  get(key: string): Told | undefined;
  put(key: string, told: Told): void;
  delete(key: string): boolean;
}

export const TOLD_KEY = 'region';

/** Where an earlier version kept the limits alone. */
const EARLIER_KEY = 'limits';

/** What a configuration that was told brings. */
export interface News {
  readonly region: RegionConfig;
  /** Whether the region is to be drained from now on, or no longer; undefined where nothing is new about that. */
  readonly drain: boolean | undefined;
}

/** A region as its object is told of it: with the filters that are switched off for all regions among its own. */
export function asTold(region: RegionConfig, { routing }: MeridianConfig): RegionConfig {
  return { ...region, off: [...region.off, ...routing.off] };
}

export class ToldRegion {
  readonly #storage: ToldStorage;
  #told: Told | undefined;

  constructor(storage: ToldStorage) {
    this.#storage = storage;
    this.#told = storage.get(TOLD_KEY);
    storage.delete(EARLIER_KEY);
  }

  /** The newest of what is given and what was told before. Platform settings are those of the deploy, in any case. */
  newest(active: RegionConfig, version: number): RegionConfig {
    const told = this.#told;
    if (told === undefined || told.version <= version) return active;
    const { hint, placement, instanceType, jetstream } = active;
    return { ...told.region, hint, placement, instanceType, jetstream };
  }

  /**
   * Takes a configuration in. Undefined for an older version. A newer one says whether the region is drained,
   * whatever it was. The same one again, and a deployed one as the first, say so only where it differs: where nothing
   * can be edited live, an operator may have drained the region by hand.
   */
  tell(region: RegionConfig, version: number): News | undefined {
    const before = this.#told;
    if (before !== undefined && version < before.version) return undefined;
    const isNewer = before === undefined || version > before.version;
    const isChanged = (isNewer && version > 0) || (before?.region.drain ?? false) !== region.drain;
    if (isNewer || JSON.stringify(before.region) !== JSON.stringify(region)) {
      this.#told = { version, region };
      this.#storage.put(TOLD_KEY, this.#told);
    }
    return { region, drain: isChanged ? region.drain : undefined };
  }
}
