// What is simulated: the clients of a scenario, the regions that compete for them, and a plan for the decision.

import * as v from 'valibot';
import { type MeridianConfig, resolveConfig } from '../../regions/config.ts';
import { HINTS } from '../../regions/hints.ts';
import { ConfigSchema } from '../../regions/schema.ts';
import { distanceKm } from '../../routing/distance.ts';
import type { RoutingRequest } from '../../routing/optimal-region.ts';
import { coordinatesOfColo } from '../../routing/places/lookup.ts';
import { compileRouting, type RoutingPlan } from '../../routing/plan.ts';
import type { Scenario, ScenarioClient, ScenarioRegion } from './scenario.ts';
import { SimulateError } from './simulate-error.ts';

/** A client, as it comes to the Worker. */
export interface SimulatedClient extends ScenarioClient {
  /** The data center where it enters, if the scenario is about data centers. */
  readonly colo: string | undefined;
  readonly request: RoutingRequest;
}

export interface Setup {
  readonly name: string;
  /** The regions that compete, where the scenario measured them. */
  readonly regions: readonly ScenarioRegion[];
  readonly clients: readonly SimulatedClient[];
  readonly plan: RoutingPlan;
  readonly notes: readonly string[];
}

/** All regions of the scenario, each configured with the defaults. */
export function setupOf(scenario: Scenario): Setup {
  return makeSetup(scenario, configOf(scenario.regions), []);
}

/** The regions of a configuration for which the scenario has measurements. */
export function setupWith(scenario: Scenario, config: MeridianConfig): Setup {
  const measured = new Set(scenario.regions.map(({ id }) => id));
  const regions = config.regions.filter(({ id }) => measured.has(id));
  const [first] = regions;
  if (first === undefined) {
    throw new SimulateError(
      `scenario ${scenario.name} has no measurements of any configured region: it has ${idsOf(scenario.regions)}, the configuration ${idsOf(config.regions)}`,
    );
  }
  const left = config.regions.filter(({ id }) => !measured.has(id));
  const unused = scenario.regions.filter(({ id }) => !regions.some((region) => region.id === id));
  const defaultRegion = measured.has(config.defaultRegion) ? config.defaultRegion : first.id;
  return makeSetup(scenario, { ...config, defaultRegion, regions }, [
    ...(left.length > 0 ? [`left out, because the scenario has no round trips to them: ${idsOf(left)}`] : []),
    ...(unused.length > 0 ? [`in the scenario but not in the configuration: ${idsOf(unused)}`] : []),
  ]);
}

function makeSetup(scenario: Scenario, config: MeridianConfig, notes: readonly string[]): Setup {
  const kept = new Set(config.regions.map(({ id }) => id));
  return {
    name: scenario.name,
    regions: scenario.regions.filter(({ id }) => kept.has(id)),
    clients: scenario.clients.map(toSimulated),
    plan: compileRouting(config, 0),
    notes: [...scenario.notes, ...notes],
  };
}

/**
 * Applies the schema and defaults only. The rules of `validateConfig` are about what Cloudflare offers, where nine
 * hints are six places; a scenario may have measured all nine.
 */
function configOf(regions: readonly ScenarioRegion[]): MeridianConfig {
  const parsed = v.parse(ConfigSchema, {
    regions: regions.map(({ id, latitude, longitude }) => ({
      id,
      latitude,
      longitude,
      // The decision reads neither of these.
      hint: HINTS.find((hint) => hint === id) ?? HINTS[0],
      placement: ['WNAM'],
    })),
  });
  return resolveConfig(parsed, regions[0]?.id ?? '');
}

/** A data center is no farther than this from its airport. */
const SAME_COLO_KM = 100;

function toSimulated(client: ScenarioClient): SimulatedClient {
  const { id, latitude, longitude, country, continent } = client;
  const airport = coordinatesOfColo(id);
  const colo = airport !== undefined && distanceKm(airport, client) < SAME_COLO_KM ? id : undefined;
  const cf = {
    ...(colo !== undefined && { colo }),
    // Strings, as request.cf has them.
    latitude: String(latitude),
    longitude: String(longitude),
    country,
    continent,
  };
  return { ...client, colo, request: { cf, client: id } };
}

function idsOf(regions: readonly { readonly id: string }[]): string {
  return regions.map(({ id }) => id).join(', ');
}
