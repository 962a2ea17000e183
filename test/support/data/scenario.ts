// A scenario small enough to score by hand: a region in the west, one in the east, and five clients. By distance
// each client belongs to its own side; the round trips of `crossed` and `slow` say otherwise.

import { parseScenario, type Scenario } from '../../../tools/simulate/scenario.ts';
import { type Setup, setupOf } from '../../../tools/simulate/setup.ts';

export interface ClientJson {
  id: string;
  country: string;
  continent: string;
  latitude: number;
  longitude: number;
  rttMs: Record<string, number | null>;
}

export interface ScenarioJson {
  name: string;
  regions: { id: string; latitude: number; longitude: number }[];
  clients: ClientJson[];
}

/** Each call gives a new one, to be changed at will. */
export function tinyScenario(): ScenarioJson {
  return {
    name: 'tiny',
    regions: [
      { id: 'wnam', latitude: 38, longitude: -120 },
      { id: 'weur', latitude: 46, longitude: 0 },
    ],
    clients: [
      client('west-coast', 'US', 'NA', [37, -121], { wnam: 10, weur: 150 }),
      client('middle', 'US', 'NA', [40, -102], { wnam: 40, weur: 120 }),
      client('paris', 'FR', 'EU', [49, 2], { wnam: 140, weur: 20 }),
      // 8 ms better on the other side.
      client('crossed', 'PT', 'EU', [39, -9], { wnam: 72, weur: 80 }),
      client('slow', 'BR', 'SA', [-10, -40], { wnam: 100, weur: 200 }),
    ],
  };
}

export function scenarioOf(json: object): Scenario {
  const parsed = parseScenario(JSON.stringify(json));
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.scenario;
}

export function tinySetup(): Setup {
  return setupOf(scenarioOf(tinyScenario()));
}

function client(
  id: string,
  country: string,
  continent: string,
  [latitude, longitude]: readonly [number, number],
  rttMs: Record<string, number>,
): ClientJson {
  return { id, country, continent, latitude, longitude, rttMs };
}
