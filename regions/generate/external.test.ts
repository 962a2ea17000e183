import { expect, test } from 'vitest';
import { externalRegion as external } from '../../test/support/data/external-region.ts';
import { configOf, region } from '../../test/support/data/sample-config.ts';
import { generateWorkerClasses } from './worker-classes.ts';
import { syncWranglerToml } from './wrangler-sync.ts';

const own = configOf([region('weur')]);
const both = configOf([region('weur'), external()]);
const EMPTY = '# >>> regions\n# <<< regions\n';

test('an external region has no class, no container and no migration', () => {
  expect(generateWorkerClasses(both)).toBe(generateWorkerClasses(own));
  expect(syncWranglerToml(EMPTY, both)).toEqual(syncWranglerToml(EMPTY, own));
});

test('a region of ours that becomes external loses its class with a migration, as one that is removed', () => {
  const { text } = syncWranglerToml(EMPTY, configOf([region('weur'), region('enam')]));
  const moved = configOf([region('weur'), external({ id: 'enam' })]);
  expect(syncWranglerToml(text, moved).added).toMatchObject({ deleted: ['NatsEnam'] });
});
