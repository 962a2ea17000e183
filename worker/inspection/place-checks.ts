// Where regions really are: their containers, held against their configuration and its rules on where data may be, and
// their round trips, held against what routing expects. Pure.

import type { Finding } from '../../api/inspection.ts';
import type { PlacedAt } from '../../api/regions.ts';
import { ownRegions, type RegionConfig } from '../../regions/config.ts';
import { clientCountryOf } from '../../routing/client-country.ts';
import { distanceKm } from '../../routing/distance.ts';
import { compileResidency } from '../../routing/filters/residency.ts';
import { expectedRttMs } from '../../routing/latency/prior.ts';
import { coordinatesOfColo } from '../../routing/places/lookup.ts';
import { coordinatesOfLocation } from '../region/placement.ts';
import { type Check, fail, type Inspected, plural, unknown, warn } from './check.ts';
import { silentServers } from './servers.ts';

/** A measured round trip that is so many times the expected one, and so much longer, is not explained by a busy path. */
const SLOWER = 2;
const SLOWER_MS = 30;

/**
 * A container is far from where it should be if another region is so many times nearer. Those of neighbouring places
 * overlap: Milan, which is EEUR, is a little nearer to the middle of WEUR.
 */
const FARTHER = 2;

const MOVE = 'wake it anew with `npm run regions -- restart`; if it stays there, correct `placement`';

export const PLACE_CHECKS: readonly Check[] = [
  { code: 'MERIDIAN_009', name: 'containers run where they should', find: ofEachPlace(placement) },
  {
    code: 'MERIDIAN_010',
    name: 'data stays where the rules of residency want it',
    find: ofEachPlace(residency),
  },
  { code: 'MERIDIAN_011', name: 'no round trip is far longer than routing expects', find: roundTrips },
];

interface Placed {
  readonly config: RegionConfig;
  readonly others: readonly RegionConfig[];
  readonly placed: PlacedAt;
}

/** Of each region whose server says where it runs; of one that is silent it is unknown. */
function ofEachPlace(
  find: (place: Placed) => readonly Finding[],
): (inspected: Inspected) => readonly Finding[] {
  return (inspected) => {
    const regions = ownRegions(inspected.config);
    const found = inspected.snapshot.regions.flatMap(({ region, metrics }) => {
      const config = regions.find(({ id }) => id === region);
      const placed = metrics?.status.placedAt;
      if (config === undefined || placed === undefined) return [];
      return find({ config, placed, others: regions.filter(({ id, enabled }) => enabled && id !== region) });
    });
    return [...found, ...silentServers(inspected)];
  };
}

function placement({ config, others, placed }: Placed): readonly Finding[] {
  const { id, placement: allowed } = config;
  const { location, region, country, asConfigured, kmAway } = placed;
  const where = [location, region, country].filter((each) => each !== null).join(', ');
  if (asConfigured === false)
    return [fail(id, `it runs in ${where}, and may only run in ${allowed.join(', ')}`, MOVE)];
  const there = coordinatesOfLocation(location);
  if (there === undefined || kmAway === null) {
    return asConfigured === null
      ? [unknown(id, 'its container is not told where it runs', 'only Cloudflare tells it')]
      : [];
  }
  const nearer = others
    .map((other) => ({ other: other.id, km: Math.round(distanceKm(other, there)) }))
    .filter(({ km }) => km * FARTHER < kmAway)
    .sort((a, b) => a.km - b.km)[0];
  if (nearer === undefined) return [];
  const what = `it runs in ${where}, ${kmAway} km from its own coordinates and ${nearer.km} km from those of ${nearer.other}`;
  return [warn(id, what, MOVE)];
}

/** A region that serves only clients of some countries keeps their data, so it should be in one of these itself. */
function residency({ config: { id, residency: rules }, placed: { country } }: Placed): readonly Finding[] {
  const judge = compileResidency(rules);
  if (judge === undefined) return [];
  const { country: known, inEu } = clientCountryOf({ country });
  if (country === null || known !== country || country === 'XX')
    return [
      unknown(
        id,
        'it has rules of residency, and in which country it runs is not known',
        'only Cloudflare tells it',
      ),
    ];
  const forbidden = judge({ country, inEu });
  if (forbidden === undefined) return [];
  const { code, rule } = forbidden;
  const what = code === 'denied' ? `serves no clients from ${rule}` : `serves only clients from ${rule}`;
  return [fail(id, `it runs in ${country}, and ${what}`, MOVE)];
}

/** What data centers measured in the last hour. Where nothing was, there is nothing to hold against. */
function roundTrips({ config, snapshot }: Inspected): readonly Finding[] {
  const paths = Map.groupBy(snapshot.visits?.paths ?? [], ({ region }) => region);
  return config.regions.flatMap((region) => {
    const slow = (paths.get(region.id) ?? []).flatMap(({ colo, seconds }) => {
      const place = coordinatesOfColo(colo);
      if (place === undefined) return [];
      const [ms, expected] = [seconds * 1_000, expectedRttMs(place, region)];
      return ms > expected * SLOWER && ms > expected + SLOWER_MS ? [{ colo, ms, expected }] : [];
    });
    const [worst] = slow.sort((a, b) => b.ms - b.expected - (a.ms - a.expected));
    if (worst === undefined) return [];
    const { colo, ms, expected } = worst;
    const what = `from ${plural(slow.length, 'data center')} it is far slower than expected, most from ${colo}: ${Math.round(ms)} ms, not ${Math.round(expected)} ms`;
    return [
      warn(
        region.id,
        what,
        'look where it runs; routing goes by what is measured, forecasts by the coordinates',
      ),
    ];
  });
}
