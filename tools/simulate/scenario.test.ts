import { expect, test } from 'vitest';
import { scenarioOf, tinyScenario } from '../../test/support/data/scenario.ts';
import { parseScenario } from './scenario.ts';

function problemsOf(json: unknown): readonly string[] {
  const parsed = parseScenario(typeof json === 'string' ? json : JSON.stringify(json));
  return parsed.ok ? [] : parsed.problems;
}

test('a scenario is read with all round trips', () => {
  const { name, clients, notes } = scenarioOf(tinyScenario());
  expect(name).toBe('tiny');
  expect(notes).toEqual([]);
  expect(clients[0]?.rttMs.get('weur')).toBe(150);
});

test('hosts and other fields that are not simulated are no problem', () => {
  const scenario = tinyScenario();
  expect(
    problemsOf({ ...scenario, regions: scenario.regions.map((each) => ({ ...each, hosts: [] })) }),
  ).toEqual([]);
});

test('what is not JSON is told with its place', () => {
  expect(problemsOf('{ "name": "x",\n}')).toEqual([
    'not JSON: line 2, column 1 should be a key in double quotes.',
  ]);
});

test.each([
  ['[]', 'name: is missing'],
  ['{"name":"x","regions":[],"clients":[]}', 'regions: is empty'],
  [
    '{"name":"x","regions":[{"id":"Wnam","latitude":1,"longitude":1}],"clients":[]}',
    'regions[0].id: should be',
  ],
])('%s is not a scenario', (json, problem) => {
  expect(problemsOf(json).join('\n')).toContain(problem);
});

test('every wrong value is named with its path', () => {
  const scenario = tinyScenario();
  const [first, second] = scenario.clients;
  Object.assign(first ?? {}, { latitude: 91, rttMs: { wnam: 'fast', weur: -1 } });
  Object.assign(second ?? {}, { longitude: -180 });
  const problems = problemsOf(scenario);
  expect(problems).toHaveLength(3);
  expect(problems[0]).toBe('clients[0].latitude: should be at most 90, but is 91.');
  expect(problems[1]).toContain('clients[0].rttMs.wnam: should be');
  expect(problems[2]).toContain('clients[0].rttMs.weur: should be at least 0');
});

test('an id that is used twice is told with the place of the first', () => {
  const scenario = tinyScenario();
  const [, second] = scenario.clients;
  if (second !== undefined) second.id = 'west-coast';
  expect(problemsOf(scenario)).toEqual(['clients[1].id: "west-coast" is already the id of clients[0].']);
});

test('a round trip to a region that the scenario does not have is a problem', () => {
  const scenario = tinyScenario();
  if (scenario.clients[3]) scenario.clients[3].rttMs.oc = 5;
  expect(problemsOf(scenario)).toEqual([
    'clients[3].rttMs (crossed): there is no region "oc" in this scenario.',
  ]);
});

test('clients that lack a round trip are left out and named', () => {
  const scenario = tinyScenario();
  if (scenario.clients[0]) scenario.clients[0].rttMs.weur = null;
  delete scenario.clients[1]?.rttMs.wnam;
  const { clients, notes } = scenarioOf(scenario);
  expect(clients.map(({ id }) => id)).toEqual(['paris', 'crossed', 'slow']);
  expect(notes).toEqual([
    'left out, because they have no round trip to some region: clients west-coast, middle',
  ]);
});

test('a scenario in which every client lacks a round trip is refused', () => {
  const scenario = tinyScenario();
  for (const { rttMs } of scenario.clients) delete rttMs.weur;
  expect(problemsOf(scenario)).toEqual(['clients: none has a round trip (rttMs) to every region.']);
});
