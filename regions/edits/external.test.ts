import { expect, test } from 'vitest';
import { externalRegion as external } from '../../test/support/data/external-region.ts';
import { configOf, region } from '../../test/support/data/sample-config.ts';
import { diffConfigs } from './diff.ts';
import { applyAssignments } from './set.ts';

test('how clients are routed to it is a live edit; where it is takes a deploy', () => {
  const config = configOf([region('weur'), external()]);
  const dialled = applyAssignments(config, ['office.dial=25', 'office.weight=50']);
  const moved = applyAssignments(config, ['office.url=wss://other.example.com']);
  if (!dialled.ok || !moved.ok) throw new Error('both are valid');
  expect(diffConfigs(config, dialled.config)).toMatchObject([{ kind: 'steers' }, { kind: 'steers' }]);
  expect(diffConfigs(config, moved.config)).toMatchObject([{ path: 'regions.office.url', kind: 'platform' }]);
  expect(applyAssignments(config, ['office.keepAwake=true'])).toMatchObject({
    ok: false,
    problems: [{ code: 'no-server-of-ours', path: 'office.keepAwake' }],
  });
});
