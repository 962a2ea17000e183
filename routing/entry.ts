// Where a request entered: the data center first, since that is where the packet already is (a client in Cape
// Town can enter at Madrid), then the client's own coordinates, its country, its continent, and a stated default.

import { TOR, UNKNOWN_COUNTRY } from '../regions/countries.ts';
import { type ClientCountry, clientCountryOf } from './client-country.ts';
import type { Entry } from './decision.ts';
import { quote } from './notes.ts';
import { coordinatesOfColo, coordinatesOfContinent, coordinatesOfCountry } from './places/lookup.ts';
import type { RoutingPlan } from './plan.ts';

/** The fields of `request.cf` that say where, each of which may be absent or nonsense. */
interface Place {
  readonly colo?: unknown;
  readonly latitude?: unknown;
  readonly longitude?: unknown;
  readonly country?: unknown;
  readonly continent?: unknown;
}

/** What a request says of where it comes from. */
export interface RequestPlace extends ClientCountry {
  readonly entry: Entry;
  readonly notes: readonly string[];
}

/** What stands for a country or a continent, and is nowhere. */
const NO_PLACE = new Set(['', UNKNOWN_COUNTRY, TOR]);

/** Finds the entry of a request, and says what it had to ignore. Never throws. */
export function entryOf(cf: unknown, plan: RoutingPlan): RequestPlace {
  const notes: string[] = [];
  const place: Place = typeof cf === 'object' && cf !== null ? cf : {};
  const entry =
    fromCode('colo', place.colo, coordinatesOfColo, notes) ??
    fromCoordinates(place, notes) ??
    fromCode('country', place.country, coordinatesOfCountry, notes) ??
    fromCode('continent', place.continent, coordinatesOfContinent, notes) ??
    fromDefault(plan, notes);
  return { entry, ...clientCountryOf(cf), notes };
}

function fromCode(
  source: 'colo' | 'country' | 'continent',
  value: unknown,
  lookUp: (code: string) => Entry['coordinates'] | undefined,
  notes: string[],
): Entry | undefined {
  if (value === undefined || value === null || NO_PLACE.has(value as string)) return undefined;
  const coordinates = typeof value === 'string' ? lookUp(value) : undefined;
  if (coordinates === undefined) {
    notes.push(`${source} ${quote(value)} is not known, ignored`);
    return undefined;
  }
  return { source, value: value as string, coordinates };
}

function fromCoordinates(place: Place, notes: string[]): Entry | undefined {
  if (place.latitude === undefined && place.longitude === undefined) return undefined;
  const latitude = toDegrees(place.latitude, 90);
  const longitude = toDegrees(place.longitude, 180);
  if (latitude === undefined || longitude === undefined) {
    notes.push(
      `latitude ${quote(place.latitude)}, longitude ${quote(place.longitude)} are not on the globe, ignored`,
    );
    return undefined;
  }
  return { source: 'coordinates', value: `${latitude},${longitude}`, coordinates: { latitude, longitude } };
}

function fromDefault({ defaultRegion }: RoutingPlan, notes: string[]): Entry {
  notes.push(`nothing says where the request comes from: as if from the default region, ${defaultRegion.id}`);
  const { latitude, longitude } = defaultRegion;
  return { source: 'default', value: defaultRegion.id, coordinates: { latitude, longitude } };
}

/** Cloudflare gives coordinates as strings. */
function toDegrees(value: unknown, limit: number): number | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined;
  const degrees = Number(value);
  return Math.abs(degrees) <= limit ? degrees : undefined;
}
