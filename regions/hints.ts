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

/**
 * The hint whose hosts are used: the hint itself, or the one it is an alias of. Cloudflare hosts no objects in South
 * America, Africa or the Middle East: eleven hints, six places.
 */
export const LANDS_IN = {
  wnam: 'wnam',
  enam: 'enam',
  sam: 'enam',
  weur: 'weur',
  afr: 'weur',
  eeur: 'eeur',
  me: 'eeur',
  apac: 'apac',
  'apac-ne': 'apac',
  'apac-se': 'apac',
  oc: 'oc',
} as const satisfies Readonly<Record<Hint, Hint>>;

/** IATA codes of the data centers seen hosting objects. For people: nothing that ships reads them. */
const HOSTS: Readonly<Record<(typeof LANDS_IN)[Hint], readonly string[]>> = {
  wnam: ['DFW', 'LAX', 'SJC', 'DEN', 'SEA'],
  enam: ['ATL', 'EWR', 'IAD', 'MIA', 'ORD'],
  weur: ['AMS', 'LHR', 'LIS', 'MAD', 'CDG', 'MRS'],
  eeur: ['ARN', 'FRA', 'HAM', 'MXP', 'VIE', 'WAW'],
  apac: ['HKG', 'ICN', 'KIX', 'NRT', 'SIN'],
  oc: ['AKL', 'BNE', 'MEL', 'SYD'],
};

/** Where the objects of a hint have been seen to run. */
export function hostsOf(hint: Hint): readonly string[] {
  return HOSTS[LANDS_IN[hint]];
}

// The two halves of apac (76-95 ms from end to end) may be used together, but not together with apac itself.
const HALVES_OF_APAC: ReadonlySet<Hint> = new Set(['apac-ne', 'apac-se']);

/** Whether two regions with these hints would be in the same place. */
export function isSamePlace(a: Hint, b: Hint): boolean {
  if (a === b) return true;
  if (HALVES_OF_APAC.has(a) && HALVES_OF_APAC.has(b)) return false;
  return LANDS_IN[a] === LANDS_IN[b];
}
