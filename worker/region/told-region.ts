// The configuration that a region's object was last told, kept in its storage: an object that was reset, or whose
// isolate is new and uses the deployed version, must not forget a newer rule. Versions older than the newest known
// are ignored: the sender has not heard of the newest yet.

import type { MeridianConfig, RegionConfig } from '../../regions/config.ts';
import type { MeshCompression } from '../../regions/mesh-schema.ts';

/** What a region's object is told: its region, and what it has to know of the whole configuration. */
export interface ToldConfig extends RegionConfig {
  /** Of the links that it dials; absent from a sender of an older version. */
  readonly meshCompression?: MeshCompression;
}

export interface Told {
  readonly version: number;
  readonly region: ToldConfig;
}

/** Where it is kept, such as the object's `storage.kv`. */
export interface ToldStorage {
  get(key: string): Told | undefined;
  put(key: string, told: Told): void;
  delete(key: string): boolean;
}

export const TOLD_KEY = 'region';

/** Where an earlier version kept the limits alone. */
const EARLIER_KEY = 'limits';

/** What a configuration changes when it is told. */
export interface News {
  readonly region: ToldConfig;
  /** Whether the region is to be drained from now on, or no longer; undefined if nothing is new about that. */
  readonly drain: boolean | undefined;
}

/** A region as its object is told of it: its own `off` also lists the filters switched off for all regions. */
export function asTold(region: RegionConfig, { routing, mesh }: MeridianConfig): ToldConfig {
  return { ...region, off: [...region.off, ...routing.off], meshCompression: mesh.compression };
}

export class ToldRegion {
  readonly #storage: ToldStorage;
  readonly #isDrainedUntold: boolean;
  #told: Told | undefined;

  /** @param isDrained what counts as long as nothing was told: a member serves when it is told to */
  constructor(storage: ToldStorage, isDrained = false) {
    this.#storage = storage;
    this.#isDrainedUntold = isDrained;
    this.#told = storage.get(TOLD_KEY);
    storage.delete(EARLIER_KEY);
  }

  /** Of what was told last; undefined if nothing was. */
  get version(): number | undefined {
    return this.#told?.version;
  }

  get isDrained(): boolean {
    return this.#told?.region.drain ?? this.#isDrainedUntold;
  }

  /** The newer of the given and the last told configuration. Platform settings always come from the deploy. */
  newest(active: ToldConfig, version: number): ToldConfig {
    const told = this.#told;
    if (told === undefined || told.version <= version) return active;
    const { hint, placement, instanceType, jetstream, members, meshCompression } = active;
    const { members: live, ...rest } = told.region;
    const merged = members && { members: { ...members, ...live, max: members.max } };
    return {
      ...(meshCompression && { meshCompression }),
      ...rest,
      hint,
      placement,
      instanceType,
      jetstream,
      ...merged,
    };
  }

  /**
   * Adopts a configuration. Undefined for an older version. A newer one says whether the region is drained, whatever it
   * was before. The same version again, or a deployed one as the first, says so only if that differs: without live
   * edits, an operator may have drained the region by hand.
   */
  tell(region: ToldConfig, version: number): News | undefined {
    const before = this.#told;
    if (before !== undefined && version < before.version) return undefined;
    const isNewer = before === undefined || version > before.version;
    const isChanged = (isNewer && version > 0) || this.isDrained !== region.drain;
    if (isNewer || JSON.stringify(before.region) !== JSON.stringify(region)) {
      this.#told = { version, region };
      this.#storage.put(TOLD_KEY, this.#told);
    }
    return { region, drain: isChanged ? region.drain : undefined };
  }
}
