import { expect, test } from 'vitest';
import { wayBack, withRegion } from './config-edit.js';

const CONFIG = {
  cluster: 'meridian',
  regions: [
    { id: 'weur', dial: 100, drain: false },
    { id: 'oc', dial: 50, drain: false },
  ],
};
const BASE = { version: 3, config: CONFIG };
const TOUCHED = [
  { region: 'weur', field: 'dial' },
  { region: 'oc', field: 'drain' },
];

test('an edit changes one region, and not the configuration that it is made from', () => {
  const edited = withRegion(CONFIG, 'oc', { dial: 0 });
  expect(edited.regions).toEqual([CONFIG.regions[0], { id: 'oc', dial: 0, drain: false }]);
  expect(CONFIG.regions[1]?.dial).toBe(50);
});

test('where nobody else has edited, the way back is a rollback, whatever the order of fields', () => {
  const edited = withRegion({ regions: CONFIG.regions, cluster: 'meridian' }, 'weur', { dial: 0 });
  expect(wayBack(BASE, { version: 4, config: edited }, TOUCHED)).toEqual({ kind: 'rollback' });
});

test("somebody else's edits stay: only the own fields get their old values", () => {
  const both = withRegion(withRegion(CONFIG, 'weur', { dial: 0 }), 'oc', { dial: 10 });
  expect(wayBack(BASE, { version: 5, config: both }, TOUCHED)).toEqual({
    kind: 'put',
    config: withRegion(CONFIG, 'oc', { dial: 10 }),
  });
});

test('there is no way back from where nothing is changed, or only by somebody else', () => {
  expect(wayBack(BASE, { version: 9, config: { ...CONFIG } }, TOUCHED)).toEqual({ kind: 'none' });
  const others = withRegion(CONFIG, 'oc', { dial: 10 });
  expect(wayBack(BASE, { version: 4, config: others }, TOUCHED)).toEqual({ kind: 'none' });
});

test('a field that was absent is absent again', () => {
  const edited = withRegion(CONFIG, 'weur', { residency: { deny: ['JP'] } });
  const touched = [{ region: 'weur', field: 'residency' }];
  expect(wayBack(BASE, { version: 4, config: edited }, touched)).toEqual({ kind: 'rollback' });
});
