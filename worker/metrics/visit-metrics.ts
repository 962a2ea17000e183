// What became of the clients that asked to be connected: decisions by flag and region, attempts, failovers, refusals, how
// long they waited, where they come from, and how far the regions are. Pure.

import { type Family, type Labels, type Sample, samplesOf } from './exposition.ts';
import type { Visits } from './snapshot.ts';
import { BUCKETS, type VisitCount, type VisitField } from './visits.ts';

function counter(name: string, help: string): Family {
  return { name: `meridian_${name}_total`, type: 'counter', help };
}

const CONNECTS = counter('connects', 'Clients that a region took, by the flags of the decision');
const ATTEMPTS = counter('connect_attempts', 'Regions that were asked to take a client');
const FAILOVERS = counter('failovers', 'Clients that another region took than the one that should have');
const REFUSED = counter('connects_refused', 'Clients that no region took, by the rule or the reason');
const BY_COUNTRY = counter('connects_by_country', 'Clients that a region took, by their country');
const DURATION: Family = {
  name: 'meridian_connect_duration_seconds',
  type: 'histogram',
  help: 'From when a client came until a region had taken it',
};
const PATH: Family = {
  name: 'meridian_path_rtt_seconds',
  type: 'gauge',
  help: 'Round trip from a data center to a region, as measured there',
};

/** How many clients each region has left to others. */
export function failoversIn({ totals }: Pick<Visits, 'totals'>): ReadonlyMap<string, number> {
  const left = totals.filter(({ region, cause }) => region !== '' && cause !== '');
  const counts = new Map<string, number>();
  for (const { wanted, count } of left) counts.set(wanted, (counts.get(wanted) ?? 0) + count);
  return counts;
}

export function visitMetrics({ totals, places, paths }: Visits): readonly Sample[] {
  const taken = totals.filter(({ region }) => region !== '');
  return [
    ...counted(CONNECTS, taken, ['region', 'flags']),
    ...samplesOf({}, [[ATTEMPTS, totals.reduce((all, { attempts }) => all + attempts, 0)]]),
    ...counted(
      FAILOVERS,
      taken.filter(({ cause }) => cause !== ''),
      ['wanted', 'region', 'cause'],
      { wanted: 'from', region: 'to', cause: 'code' },
    ),
    ...counted(
      REFUSED,
      totals.filter(({ refusal }) => refusal !== ''),
      ['refusal'],
      { refusal: 'rule' },
    ),
    ...durations(taken),
    ...counted(BY_COUNTRY, places, ['region', 'country']),
    ...paths.map(({ colo, region, seconds }) => ({ family: PATH, labels: { colo, region }, value: seconds })),
  ];
}

/** @param names of the labels, where they are not those of the fields */
function counted(
  family: Family,
  visits: readonly VisitCount[],
  fields: readonly VisitField[],
  names: Readonly<Partial<Record<VisitField, string>>> = {},
): readonly Sample[] {
  const labelsOf = (visit: VisitCount): Labels =>
    Object.fromEntries(fields.map((field) => [names[field] ?? field, visit[field]]));
  const groups = Map.groupBy(visits, (visit) => JSON.stringify(labelsOf(visit)));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const value = group.reduce((all, { count }) => all + count, 0);
    return first === undefined ? [] : [{ family, labels: labelsOf(first), value }];
  });
}

function durations(taken: readonly VisitCount[]): readonly Sample[] {
  return [...Map.groupBy(taken, ({ region }) => region)].flatMap(([region, visits]) => {
    const total = (of: (visit: VisitCount) => number) => visits.reduce((all, visit) => all + of(visit), 0);
    const sample = (suffix: string, value: number, labels: Labels = {}): Sample => ({
      family: DURATION,
      suffix,
      labels: { region, ...labels },
      value,
    });
    const count = total((visit) => visit.count);
    return [
      ...BUCKETS.map((most, index) =>
        sample(
          '_bucket',
          total(({ within }) => within[index] ?? 0),
          { le: String(most) },
        ),
      ),
      sample('_bucket', count, { le: '+Inf' }),
      sample(
        '_sum',
        total(({ seconds }) => seconds),
      ),
      sample('_count', count),
    ];
  });
}
