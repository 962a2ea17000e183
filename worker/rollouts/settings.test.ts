import { expect, test } from 'vitest';
import { defaultConfig } from '../../test/support/data/checked-in.ts';
import { regionsOf, settingsAt, settingsOf, takenBack, withSettings } from './settings.ts';

const CONFIG = defaultConfig();

function configWith(set: Readonly<Record<string, string | number | boolean | string[]>>) {
  const applied = withSettings(CONFIG, settingsOf({ set }));
  if (!applied.ok) throw new Error('not valid');
  return applied.config;
}

test.each([
  [{ 'oc.dial': 25 }],
  [{ 'regions.oc.drain': true }],
  [{ 'routing.bandMs': 5, 'weur.weight': 7 }],
  [{ 'routing.off': ['warmth', 'affinity'] }],
  [{ 'oc.residency.allow': ['AU', 'NZ'] }],
] as const)('what %j sets is taken back to what was before', (set) => {
  const settings = settingsOf({ set: set as unknown as Record<string, string[]> });
  const paths = Object.keys(settings);
  const after = configWith(set as unknown as Record<string, string[]>);
  expect(after).not.toEqual(CONFIG);
  const { validation, left } = takenBack(after, {
    before: settingsAt(CONFIG, paths),
    made: settingsAt(after, paths),
  });
  expect(left).toEqual([]);
  expect(validation.ok && validation.config).toEqual(CONFIG);
});

test('a flag is taken back to its percentage, and one that there was not stays, off', () => {
  const before = configWith({ 'flags.old.on': true, 'flags.old.percent': 5 });
  const set = { 'flags.old.percent': 50, 'flags.made.on': true, 'flags.made.percent': 1 };
  const paths = Object.keys(set);
  const applied = withSettings(before, settingsOf({ set }));
  if (!applied.ok) throw new Error('not valid');
  const { validation, left } = takenBack(applied.config, {
    before: settingsAt(before, paths),
    made: settingsAt(applied.config, paths),
  });
  expect(left).toEqual([]);
  expect(validation.ok && validation.config.flags).toEqual({
    old: { on: true, percent: 5 },
    made: { on: false },
  });
});

test('what somebody else has changed since is theirs', () => {
  const made = configWith({ 'oc.dial': 25, 'weur.dial': 50 });
  const paths = ['oc.dial', 'weur.dial'];
  const theirs = withSettings(made, { 'weur.dial': '80' });
  if (!theirs.ok) throw new Error('not valid');
  const { validation, left } = takenBack(theirs.config, {
    before: settingsAt(CONFIG, paths),
    made: settingsAt(made, paths),
  });
  expect(left).toEqual(['weur.dial']);
  expect(validation.ok && settingsAt(validation.config, paths)).toEqual({
    'oc.dial': '100',
    'weur.dial': '80',
  });
});

test('the regions that settings are of', () => {
  expect(regionsOf(CONFIG, ['routing.bandMs', 'oc.dial', 'apac.weight'])).toEqual(['apac', 'oc']);
  const all = CONFIG.regions.map(({ id }) => id);
  expect(regionsOf(CONFIG, ['flags.new-search.percent', 'routing.bandMs'])).toEqual(all);
});
