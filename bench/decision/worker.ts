// What is measured, as a Worker: `?run=NAME&regions=N&times=M` runs one contestant M times and answers nothing.
// Clocks in workerd do not advance during computation, so the time is measured outside.

import { findNearest } from 'geolib';
import * as v from 'valibot';
import { resolveConfig } from '../../regions/config.ts';
import { ConfigSchema } from '../../regions/schema.ts';
import { distanceKm } from '../../routing/distance.ts';
import { NOTHING_OBSERVED, type Observations } from '../../routing/observation.ts';
import { getOptimalRegion } from '../../routing/optimal-region.ts';
import { coordinatesOfColo } from '../../routing/places/lookup.ts';
import { compileRouting, type RoutingPlan } from '../../routing/plan.ts';
import { CONTESTANTS } from './contestants.ts';

/** Data centers all over the world, so that no run depends on one place. */
const COLOS = ['AMS', 'LHR', 'SYD', 'SIN', 'NRT', 'GRU', 'JNB', 'IAD', 'LAX', 'BOM', 'DXB', 'YYZ'];

type Contestant = (plan: RoutingPlan, colo: string, client: string) => unknown;

const RUNS: Readonly<Record<(typeof CONTESTANTS)[number], Contestant>> = {
  getOptimalRegion: (plan, colo, client) =>
    getOptimalRegion(
      { cf: { colo, country: 'NL' }, client },
      { plan, observations: NOTHING_OBSERVED, now: 0 },
    ),
  'with observations': (plan, colo, client) =>
    getOptimalRegion({ cf: { colo, country: 'NL' }, client }, { plan, observations: observe(plan), now: 0 }),
  'haversine loop': (plan, colo) => {
    const from = coordinatesOfColo(colo);
    let best: unknown;
    let least = Number.POSITIVE_INFINITY;
    if (from === undefined) return best;
    for (const { config } of plan.regions) {
      const km = distanceKm(from, config);
      if (km < least) {
        least = km;
        best = config;
      }
    }
    return best;
  },
  'geolib findNearest': (plan, colo) => {
    const from = coordinatesOfColo(colo);
    return (
      from &&
      findNearest(
        { ...from },
        plan.regions.map(({ config }) => config) as { latitude: number; longitude: number }[],
      )
    );
  },
};

export default {
  fetch(request: Request): Response {
    const query = new URL(request.url).searchParams;
    const name = CONTESTANTS.find((each) => each === query.get('run'));
    const run = name && RUNS[name];
    if (run === undefined) return new Response('no such run', { status: 404 });
    const plan = planOf(Number(query.get('regions')));
    const times = Number(query.get('times'));
    let kept: unknown;
    for (let i = 0; i < times; i++)
      kept = run(plan, COLOS[i % COLOS.length] ?? '', CLIENTS[i % CLIENTS.length] ?? '');
    return Response.json(kept === undefined);
  },
};

const CLIENTS = Array.from({ length: 64 }, (_, index) => `198.51.100.${index}`);
const plans = new Map<number, RoutingPlan>();
const observed = new WeakMap<RoutingPlan, Observations>();

/** Regions spread over the globe on a golden spiral. */
function planOf(count: number): RoutingPlan {
  const known = plans.get(count);
  if (known !== undefined) return known;
  const regions = Array.from({ length: count }, (_, index) => ({
    id: `r${index}`,
    hint: 'weur',
    placement: ['WEUR'],
    latitude: (Math.asin(2 * ((index + 0.5) / count) - 1) * 180) / Math.PI,
    longitude: ((index * 137.508) % 360) - 180,
  }));
  const plan = compileRouting(resolveConfig(v.parse(ConfigSchema, { regions }), 'r0'), 1);
  plans.set(count, plan);
  return plan;
}

function observe(plan: RoutingPlan): Observations {
  const known = observed.get(plan);
  if (known !== undefined) return known;
  const regions = plan.regions.map(({ id }, index) => {
    const measurement = { ms: 20 + index, samples: 12 };
    return [id, { measurement, state: 'up', clients: 12, meshShare: 1 }] as const;
  });
  const observations = { regions: new Map(regions), incumbent: 'r0' };
  observed.set(plan, observations);
  return observations;
}
