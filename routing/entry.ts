// Where a request entered: by its data center, since that is where the packet already is (a client in Cape Town can
// enter at Madrid), else by the client's coordinates, its country, its continent, or the configured default.

import { TOR, UNKNOWN_COUNTRY } from '../regions/countries.ts';
import { type ClientCountry, clientCountryOf } from './client-country.ts';
import type { Entry } from './decision.ts';
import { quote } from './notes.ts';
import { coordinatesOfColo, coordinatesOfContinent, coordinatesOfCountry } from './places/lookup.ts';
import type { RoutingPlan } from './plan.ts';

/** The fields of `request.cf` that say where the client is. Each may be absent or invalid. */
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

/** Of data centers that clients have entered at; there are a few hundred. */
const COLOS = new Map<string, Entry>();

/** What stands for a country or a continent, and is nowhere. */
const NO_PLACE = new Set(['', UNKNOWN_COUNTRY, TOR]);

/** Finds the entry of a request, and reports what it had to ignore. Never throws. */
export function entryOf(cf: unknown, plan: RoutingPlan): RequestPlace {
  const notes: string[] = [];
  const place: Place = typeof cf === 'object' && cf !== null ? cf : {};
  const entry =
    fromColo(place.colo, notes) ??
    fromCoordinates(place, notes) ??
    fromCode('country', place.country, coordinatesOfCountry, notes) ??
    fromCode('continent', place.continent, coordinatesOfContinent, notes) ??
    fromDefault(plan, notes);
  return { entry, ...clientCountryOf(cf), notes };
}

/** Nearly every request has one: it is looked up once. */
function fromColo(value: unknown, notes: string[]): Entry | undefined {
  const known = COLOS.get(value as string);
  if (known !== undefined) return known;
  const entry = fromCode('colo', value, coordinatesOfColo, notes);
  if (entry !== undefined) COLOS.set(entry.value, entry);
  return entry;
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
