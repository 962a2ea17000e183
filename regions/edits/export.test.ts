import { expect, test } from 'vitest';
import { configOf, region } from '../../test/support/data/sample-config.ts';
import { describeProblem } from '../problems.ts';
import { describeChange } from './describe-change.ts';
import { diffConfigs, platformChanges } from './diff.ts';
import { applyAssignments } from './set.ts';

const SINK = { type: 'otlp', url: 'https://sink.example/v1/metrics' };

test('sinks are set without a deploy, and those that stay are no change', () => {
  const before = configOf([region('weur')]);
  const set = applyAssignments(before, [`export=${JSON.stringify([SINK])}`]);
  if (!set.ok) throw new Error(set.problems.map(describeProblem).join());
  expect(set.config.export).toEqual([{ ...SINK, every: '60s' }]);
  const changes = diffConfigs(before, set.config);
  expect(changes.map(describeChange)).toEqual([
    `export: none -> ${JSON.stringify({ ...SINK, every: '60s' })}`,
  ]);
  expect(platformChanges(changes)).toEqual([]);
  const same = configOf([region('weur')], { export: [{ ...SINK }] });
  expect(diffConfigs(set.config, same)).toEqual([]);
  const faster = configOf([region('weur')], { export: [{ ...SINK, every: '10s' }] });
  expect(diffConfigs(set.config, faster)).toHaveLength(1);
});
