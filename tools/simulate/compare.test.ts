import { expect, test } from 'vitest';
import { parseConfig } from '../../regions/validate.ts';
import { fileOf, region } from '../../test/support/data/sample-config.ts';
import { scenarioOf, tinyScenario } from '../../test/support/data/scenario.ts';
import { compare } from './compare.ts';
import { setupWith } from './setup.ts';

function setup(west: object, east: object) {
  const parsed = parseConfig(
    JSON.stringify(
      fileOf(
        region('wnam', { placement: ['WNAM'], latitude: 38, longitude: -120, ...west }),
        region('weur', { latitude: 46, longitude: 0, ...east }),
      ),
    ),
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return setupWith(scenarioOf(tinyScenario()), parsed.config);
}

test('nobody moves between two configurations that are the same', () => {
  expect(compare(setup({}, {}), setup({}, {}))).toMatchObject({ clients: 5, moves: [], flows: [] });
});

test('who moves is told with the change in their round trip, worst first', () => {
  const { moves, flows, meanBeforeMs, meanAfterMs } = compare(setup({}, {}), setup({}, { enabled: false }));
  expect(moves.find(({ id }) => id === 'paris')).toEqual({
    id: 'paris',
    country: 'FR',
    continent: 'EU',
    from: 'weur',
    to: 'wnam',
    fromMs: 20,
    toMs: 140,
    changeMs: 120,
  });
  expect(moves[0]?.id).toBe('paris');
  expect(flows).toEqual([expect.objectContaining({ from: 'weur', to: 'wnam', clients: moves.length })]);
  const total = moves.reduce((sum, { changeMs = 0 }) => sum + changeMs, 0);
  expect(meanAfterMs - meanBeforeMs).toBeCloseTo(total / 5, 10);
});

test('clients who are refused from now on come first, and have no change', () => {
  const after = setup({ residency: { allow: ['US'] } }, { residency: { deny: ['FR'] } });
  const { moves } = compare(setup({}, {}), after);
  expect(moves[0]).toMatchObject({ id: 'paris', from: 'weur' });
  expect(moves[0]).not.toHaveProperty('to');
  expect(moves[0]).not.toHaveProperty('changeMs');
});
