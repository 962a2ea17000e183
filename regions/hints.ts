// The places that Cloudflare offers: location hints (where a Durable Object runs), placements (where a container
// runs), and which hints are two names for one place. Data only; validation and the JSON Schema read it.
//
// Sources: the hosts of each hint's objects, measured in June 2026, checked again in November 2026;
// placements from https://developers.cloudflare.com/containers/concepts/placement/ (November 2026).

/** Every location hint that `namespace.getByName(name, { locationHint })` accepts. */
export const HINTS = [
  'wnam',
  'enam',
  'sam',
  'weur',
  'eeur',
  'apac',
  'apac-ne',
  'apac-se',
  'oc',
  'afr',
  'me',
] as const;

/** A location hint of Durable Objects. */
export type Hint = (typeof HINTS)[number];

/** Every value that `[[containers]].constraints.regions` accepts. */
export const PLACEMENTS = ['ENAM', 'WNAM', 'EEUR', 'WEUR', 'APAC', 'SAM', 'ME', 'OC', 'AFR'] as const;

/** A place that a container may be constrained to. */
export type Placement = (typeof PLACEMENTS)[number];

/**
 * Placements of limited capacity: the API refuses them without another placement in the list, though
 * `wrangler deploy --dry-run` does not (November 2026).
 *
 * That is why the region `oc` has `["OC", "APAC"]`. A container starts in the allowed place nearest to the request that
 * wakes it. That request comes from the region's object, which the hint `oc` keeps in Auckland, Brisbane, Melbourne or
 * Sydney. So the container runs in Oceania while there is room, and otherwise in Asia, the nearest place that always has
 * room.
 */
export const LIMITED_PLACEMENTS: ReadonlySet<Placement> = new Set(['ME', 'OC', 'AFR']);

/** Where the objects of a hint really run. */
export interface HintPlace {
  /** The hint whose hosts are used: the hint itself, or the one it is an alias of. */
  readonly landsIn: Hint;
  /** IATA codes of the data centers seen hosting objects of this hint. */
  readonly hosts: readonly string[];
}

const WNAM = ['DFW', 'LAX', 'SJC', 'DEN', 'SEA'];
const ENAM = ['ATL', 'EWR', 'IAD', 'MIA', 'ORD'];
const WEUR = ['AMS', 'LHR', 'LIS', 'MAD', 'CDG', 'MRS'];
const EEUR = ['ARN', 'FRA', 'HAM', 'MXP', 'VIE', 'WAW'];
const APAC = ['HKG', 'ICN', 'KIX', 'NRT', 'SIN'];
const OC = ['AKL', 'BNE', 'MEL', 'SYD'];

/** Cloudflare hosts no objects in South America, Africa or the Middle East: eleven hints, six places. */
export const HINT_PLACES: Readonly<Record<Hint, HintPlace>> = {
  wnam: { landsIn: 'wnam', hosts: WNAM },
  enam: { landsIn: 'enam', hosts: ENAM },
  sam: { landsIn: 'enam', hosts: ENAM },
  weur: { landsIn: 'weur', hosts: WEUR },
  afr: { landsIn: 'weur', hosts: WEUR },
  eeur: { landsIn: 'eeur', hosts: EEUR },
  me: { landsIn: 'eeur', hosts: EEUR },
  apac: { landsIn: 'apac', hosts: APAC },
  'apac-ne': { landsIn: 'apac', hosts: APAC },
  'apac-se': { landsIn: 'apac', hosts: APAC },
  oc: { landsIn: 'oc', hosts: OC },
};

// The two halves of apac (76-95 ms from end to end) may be used together, but not together with apac itself.
const HALVES_OF_APAC: ReadonlySet<Hint> = new Set(['apac-ne', 'apac-se']);

/** Whether two regions with these hints would be in the same place. */
export function isSamePlace(a: Hint, b: Hint): boolean {
  if (a === b) return true;
  if (HALVES_OF_APAC.has(a) && HALVES_OF_APAC.has(b)) return false;
  return HINT_PLACES[a].landsIn === HINT_PLACES[b].landsIn;
}
