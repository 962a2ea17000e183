// The limits that a region's object was told of last, kept in its storage: an object that was reset may start its
// server before anybody tells it of the newest version again. Those of a live version win over the deployed ones,
// as all that steers does.

import type { RegionConfig } from '../../regions/config.ts';

type Limits = RegionConfig['limits'];

interface Told {
  readonly version: number;
  readonly limits: Limits;
}

/** Where they are kept: the object's `storage.kv` is one. */
export interface LimitsStorage {
  get(key: string): Told | undefined;
  put(key: string, told: Told): void;
  delete(key: string): boolean;
}

const KEY = 'limits';

export class ToldLimits {
  readonly #storage: LimitsStorage;

  constructor(storage: LimitsStorage) {
    this.#storage = storage;
  }

  /** The region with the limits of the newest version: the one that is given, or the one it was told of. */
  newest(region: RegionConfig, version: number): RegionConfig {
    const told = this.#storage.get(KEY);
    return told === undefined || told.version <= version ? region : { ...region, limits: told.limits };
  }

  /** Version 0, the deployed one, is not kept: the next deploy brings its own. */
  tell({ limits }: RegionConfig, version: number): void {
    const told = this.#storage.get(KEY);
    if (version === 0 && told !== undefined) this.#storage.delete(KEY);
    if (version > 0 && told?.version !== version) this.#storage.put(KEY, { version, limits });
  }
}
