import { expect, test } from 'vitest';
import { parseConfig } from '../../regions/validate.ts';
import { fileOf, region } from '../../test/support/data/sample-config.ts';
import { scenarioOf, tinyScenario, tinySetup } from '../../test/support/data/scenario.ts';
import { setupOf, setupWith } from './setup.ts';

function configOf(...regions: unknown[]) {
  const parsed = parseConfig(JSON.stringify(fileOf(...regions)));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

test('a client comes as request.cf would have it, with coordinates as text', () => {
  expect(tinySetup().clients[0]?.request.cf).toEqual({
    latitude: '37',
    longitude: '-121',
    country: 'US',
    continent: 'NA',
  });
});

test('a client whose id and coordinates are those of a data center comes in there', () => {
  const scenario = tinyScenario();
  const [near, far] = scenario.clients;
  Object.assign(near ?? {}, { id: 'CDG', latitude: 49, longitude: 2.5 });
  Object.assign(far ?? {}, { id: 'AMS', latitude: 49, longitude: 2.5 });
  const { clients } = setupOf(scenarioOf(scenario));
  expect(clients[0]?.request.cf).toMatchObject({ colo: 'CDG' });
  expect(clients[1]?.request.cf).not.toHaveProperty('colo');
});

test('a scenario may have regions that Cloudflare has as one place, or not at all', () => {
  const scenario = tinyScenario();
  scenario.regions.push(
    { id: 'afr', latitude: -26, longitude: 28 },
    { id: 'lunar-base', latitude: 0, longitude: 0 },
  );
  for (const client of scenario.clients) Object.assign(client.rttMs, { afr: 300, 'lunar-base': 2600 });
  expect(setupOf(scenarioOf(scenario)).plan.regions.map(({ id }) => id)).toEqual([
    'wnam',
    'weur',
    'afr',
    'lunar-base',
  ]);
});

test('a configuration takes part with the regions that were measured, and the others are named', () => {
  const { regions, plan, notes } = setupWith(
    scenarioOf(tinyScenario()),
    configOf(region('oc', { placement: ['OC', 'APAC'] }), region('weur', { bias: 2 })),
  );
  expect(regions.map(({ id }) => id)).toEqual(['weur']);
  expect(plan.regions.map(({ id, config }) => [id, config.bias])).toEqual([['weur', 2]]);
  expect(plan.defaultRegion.id).toBe('weur');
  expect(notes).toEqual([
    'left out, because the scenario has no round trips to them: oc',
    'in the scenario but not in the configuration: wnam',
  ]);
});

test('a configuration of which nothing was measured is refused', () => {
  expect(() =>
    setupWith(scenarioOf(tinyScenario()), configOf(region('oc', { placement: ['OC', 'APAC'] }))),
  ).toThrow(
    'scenario tiny has no measurements of any configured region: it has wnam, weur, the configuration oc',
  );
});
