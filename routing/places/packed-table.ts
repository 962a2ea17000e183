// A table of coordinates in one string: records of a fixed width, sorted by key, searched without unpacking.
// An isolate decodes nothing at its start and keeps no map; a lookup reads about a dozen records and
// allocates only its result. `npm run places` writes such tables, `lookup.ts` reads them.
//
// A record is the key, then two characters of latitude and two of longitude: steps of 0.05 degrees from the
// south pole or the antimeridian, as a number in base 85. A place is thus at most 0.025 degrees (2.8 km) off.
import type { Coordinates } from '../coordinates.ts';

/** Steps in one degree. 360 * 20 + 1 longitudes is what fits into two digits of base 85 (7,225). */
const STEPS_PER_DEGREE = 20;
const BASE = 85;
/** '(', the digit 0. The digits up to '|' are printable and contain no quote, so a table needs no escapes. */
const ZERO_CHAR_CODE = 0x28;
const COORDINATES_LENGTH = 4;
/** Where counting starts, in degrees. */
const SOUTH_POLE = -90;
const ANTIMERIDIAN = -180;

/** Records of one key length, sorted by key, without a separator. */
export interface PackedTable {
  readonly keyLength: number;
  readonly records: string;
}

/** Packs `places` into a table's `records`. Throws when a key is not of `keyLength` capital letters. */
export function pack(keyLength: number, places: ReadonlyMap<string, Coordinates>): string {
  return [...places.keys()]
    .sort()
    .map((key) => {
      const at = places.get(key);
      if (at === undefined || key.length !== keyLength || !/^[A-Z]+$/.test(key)) {
        throw new RangeError(`"${key}" can't be a key: it takes ${keyLength} capital letters`);
      }
      return key + digits(at.latitude, SOUTH_POLE) + digits(at.longitude, ANTIMERIDIAN);
    })
    .join('');
}

/** The coordinates stored under exactly this key; undefined for any other value. */
export function unpack(table: PackedTable, key: string | undefined): Coordinates | undefined {
  const { keyLength, records } = table;
  if (typeof key !== 'string' || key.length !== keyLength) return undefined;
  const width = keyLength + COORDINATES_LENGTH;
  let low = 0;
  let high = records.length / width - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const start = middle * width;
    const order = compareKeyAt(records, start, key);
    if (order === 0) return coordinatesAt(records, start + keyLength);
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

/** Negative when the key of the record at `start` comes before `key`, positive when after. */
function compareKeyAt(records: string, start: number, key: string): number {
  for (let i = 0; i < key.length; i++) {
    const order = records.charCodeAt(start + i) - key.charCodeAt(i);
    if (order !== 0) return order;
  }
  return 0;
}

function coordinatesAt(records: string, start: number): Coordinates {
  return {
    latitude: degreesAt(records, start, SOUTH_POLE),
    longitude: degreesAt(records, start + 2, ANTIMERIDIAN),
  };
}

/** Subtracts whole steps before it divides, so that the answer is 6.85 and not 6.849999999999994. */
function degreesAt(records: string, start: number, origin: number): number {
  const high = records.charCodeAt(start) - ZERO_CHAR_CODE;
  const low = records.charCodeAt(start + 1) - ZERO_CHAR_CODE;
  return (high * BASE + low + origin * STEPS_PER_DEGREE) / STEPS_PER_DEGREE;
}

function digits(degrees: number, origin: number): string {
  const steps = Math.round((degrees - origin) * STEPS_PER_DEGREE);
  return String.fromCharCode(ZERO_CHAR_CODE + Math.floor(steps / BASE), ZERO_CHAR_CODE + (steps % BASE));
}
