import { expect, test } from 'vitest';
import { scenarioOf, tinyScenario, tinySetup } from '../../test/support/data/scenario.ts';
import { policiesOf } from './policies.ts';
import { setupOf } from './setup.ts';

function chosenBy(
  name: 'continent' | 'country' | 'nearest',
  setup = tinySetup(),
): Record<string, string | undefined> {
  const policy = policiesOf(setup)[name];
  return Object.fromEntries(setup.clients.map((client) => [client.id, policy(client)]));
}

test('the continent table sends a continent to its own region, or to the nearest where that does not exist', () => {
  // There is no enam and no sam: the middle of the people of North America is in the west.
  expect(chosenBy('continent')).toEqual({
    'west-coast': 'wnam',
    middle: 'wnam',
    paris: 'weur',
    crossed: 'weur',
    slow: expect.any(String),
  });
});

test('the country table cuts the United States at 100 degrees west where both sides have a region', () => {
  const scenario = tinyScenario();
  scenario.regions.push({ id: 'enam', latitude: 36, longitude: -81 });
  for (const client of scenario.clients) client.rttMs.enam = 60;
  const [west, middle] = scenario.clients;
  if (west) west.longitude = -100.1;
  if (middle) middle.longitude = -99.9;
  expect(chosenBy('country', setupOf(scenarioOf(scenario)))).toMatchObject({
    'west-coast': 'wnam',
    middle: 'enam',
    paris: 'weur',
  });
});

test('nearest goes by the great circle alone', () => {
  expect(chosenBy('nearest')).toEqual({
    'west-coast': 'wnam',
    middle: 'wnam',
    paris: 'weur',
    crossed: 'weur',
    slow: 'weur',
  });
});

test('Meridian chooses one of the regions for every client', () => {
  const setup = tinySetup();
  const { meridian } = policiesOf(setup);
  expect(setup.clients.map(meridian)).toEqual(
    setup.clients.map(() => expect.stringMatching(/^(wnam|weur)$/)),
  );
});
