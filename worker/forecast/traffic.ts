// Where clients come from: the input of a forecast. It comes from the tallies that the regions keep, or, while there is
// no traffic, from the world population (population-traffic.ts).

/** A place that clients come from, with the field names of `request.cf`. No field identifies a person. */
export interface TrafficPlace {
  readonly colo?: string;
  /** ISO 3166 alpha-2, or `T1` for Tor; absent if unknown. */
  readonly country?: string;
  readonly continent?: string;
  readonly isEUCountry?: '1';
  readonly latitude?: number;
  readonly longitude?: number;
}

/** A place and its amount of traffic, in any unit: a forecast only uses the shares. */
export interface TrafficSample extends TrafficPlace {
  readonly clients: number;
  /** It was counted by an earlier deployment only. */
  readonly fromBackup?: true;
}

export interface Traffic {
  readonly source: 'traffic' | 'population';
  /** Number of clients connected in all regions, if known: limits are compared with it. */
  readonly connected?: number;
  /** Regions that did not say where their clients come from, if any. */
  readonly silent?: readonly string[];
  /** External regions, if any: nobody here counts their clients. */
  readonly uncounted?: readonly string[];
  /** Regions of whose clients some were counted by an earlier deployment, if any. */
  readonly fromBackup?: readonly string[];
  /** May contain a place more than once, as the tallies of several regions do. */
  readonly samples: readonly TrafficSample[];
}

/** A key that is the same for equal places and different for different ones. */
export function placeKey(place: TrafficPlace): string {
  const { colo, country, continent, isEUCountry, latitude, longitude } = place;
  return JSON.stringify([colo, country, continent, isEUCountry, latitude, longitude]);
}

/** Each place once, with all its clients; samples without clients are left out. */
export function mergeSamples(samples: readonly TrafficSample[]): ReadonlyMap<string, TrafficSample> {
  const merged = new Map<string, TrafficSample>();
  for (const sample of samples) {
    if (!(sample.clients > 0 && Number.isFinite(sample.clients))) continue;
    const key = placeKey(sample);
    const clients = (merged.get(key)?.clients ?? 0) + sample.clients;
    merged.set(key, { ...sample, clients });
  }
  return merged;
}
