import { expect, test } from 'vitest';
import { CALM } from '../../test/support/data/calm.ts';
import { scenarioOf, tinyScenario, tinySetup } from '../../test/support/data/scenario.ts';
import { drawMap } from './map.ts';
import { classOf } from './map-regret.ts';
import { simulate } from './result.ts';
import { setupOf } from './setup.ts';

function mapOf(setup = tinySetup()): string {
  return drawMap({ setup, ...simulate(setup, { ...CALM, noise: 0.2, runs: 1 }) });
}

test('the map has every client and region, the coast, and the score in its title', () => {
  const svg = mapOf();
  expect(svg.match(/<title>/g)).toHaveLength(5);
  expect(svg).toContain('>wnam</text>');
  expect(svg).toContain('>weur</text>');
  expect(svg.match(/class="land" d="([^"]*)"/)?.[1]?.length).toBeGreaterThan(10_000);
  expect(svg).toMatch(/\d+% of 5 clients are given their best region, mean regret [\d.]+ ms/);
});

test('nothing is drawn at no place', () => {
  expect(mapOf()).not.toMatch(/NaN|undefined|Infinity/);
});

test('names from a file cannot become markup', () => {
  const scenario = tinyScenario();
  scenario.name = '<script>&';
  expect(mapOf(setupOf(scenarioOf(scenario)))).toContain('>&lt;script&gt;&amp;</text>');
});

test.each([
  [0, 'best region'],
  [0.001, 'under 5 ms'],
  [4.999, 'under 5 ms'],
  [5, '5 to 20 ms'],
  [20, '20 to 50 ms'],
  [50, '50 ms or more'],
])('a regret of %d ms is of the class "%s"', (regretMs, title) => {
  expect(classOf({ regretMs }).title).toBe(title);
});
