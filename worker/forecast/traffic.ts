// Where clients come from: what a forecast replays. From the tallies that the regions keep, or, with no traffic
// yet, from where people live (population-traffic.ts).

/** A place that clients come from, in the words of `request.cf`. No field of it tells one person from another. */
export interface TrafficPlace {
  readonly colo?: string;
  /** ISO 3166 alpha-2; absent where it is not known. */
  readonly country?: string;
  readonly continent?: string;
  readonly isEUCountry?: '1';
  readonly latitude?: number;
  readonly longitude?: number;
}

/** A place, and how much traffic it stands for, in any unit: a forecast uses the shares. */
export interface TrafficSample extends TrafficPlace {
  readonly clients: number;
}

export interface Traffic {
  readonly source: 'traffic' | 'population';
  /** Clients connected now, in all regions, where that is known: what limits are compared with. */
  readonly connected?: number;
  /** May name a place more than once, as the tallies of several regions do. */
  readonly samples: readonly TrafficSample[];
}

/** Cloudflare's code for a country that is not known. */
export const UNKNOWN_COUNTRY = 'XX';

/** The same for equal places, different for different ones. */
export function placeKey(place: TrafficPlace): string {
  const { colo, country, continent, isEUCountry, latitude, longitude } = place;
  return JSON.stringify([colo, country, continent, isEUCountry, latitude, longitude]);
}

/** Each place once, with all its clients; samples that stand for nobody are left out. */
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
