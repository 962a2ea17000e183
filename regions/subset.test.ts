import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fileOf, region } from '../test/support/data/sample-config.ts';
import { type MeridianConfig, ownRegions } from './config.ts';
import { onlyRegions, type Subset } from './subset.ts';
import { parseConfig, validateConfig } from './validate.ts';

const CONFIG = configOf(parseConfig(readFileSync(new URL('regions.json', import.meta.url), 'utf8')));

function configOf(result: { ok: boolean; config?: MeridianConfig }): MeridianConfig {
  if (result.config === undefined) throw new Error('The sample is not valid.');
  return result.config;
}

function idsOf(subset: Subset): string[] {
  return subset.ok ? subset.config.regions.map(({ id }) => id) : [];
}

test('keeps the given regions, in the order of the configuration', () => {
  expect(idsOf(onlyRegions(CONFIG, ['oc', 'weur', 'oc']))).toEqual(['weur', 'oc']);
});

test('all regions are the configuration itself', () => {
  const ids = CONFIG.regions.map(({ id }) => id);
  expect(onlyRegions(CONFIG, ids)).toEqual({ ok: true, config: CONFIG, notes: [] });
});

test('if the default region is gone, the first one left takes its place', () => {
  expect(onlyRegions(CONFIG, ['weur', 'oc'])).toMatchObject({ config: { defaultRegion: 'weur' } });
  expect(onlyRegions(CONFIG, ['weur', 'enam'])).toMatchObject({ config: { defaultRegion: 'enam' } });
});

test.each([[['weur']], [['wnam', 'weur']]])(
  'JetStream that is left with only %j is turned off, with a note',
  (ids) => {
    const subset = onlyRegions(CONFIG, [...ids, 'oc']);
    expect(subset).toMatchObject({ notes: [{ code: 'jetstream-turned-off', ids }] });
    expect(subset.ok && ownRegions(subset.config).some(({ jetstream }) => jetstream)).toBe(false);
  },
);

test('JetStream stays on in three regions', () => {
  const subset = onlyRegions(CONFIG, ['wnam', 'enam', 'weur']);
  expect(subset).toMatchObject({ notes: [] });
  expect(subset.ok && ownRegions(subset.config).every(({ jetstream }) => jetstream)).toBe(true);
});

test('what comes out is always valid', () => {
  for (let bits = 1; bits < 2 ** CONFIG.regions.length; bits++) {
    const ids = CONFIG.regions.filter((_, index) => bits & (1 << index)).map(({ id }) => id);
    const subset = onlyRegions(CONFIG, ids);
    expect(subset.ok && validateConfig(subset.config)).toMatchObject({ ok: true });
  }
});

test('every unknown id is reported with the nearest known one', () => {
  expect(onlyRegions(CONFIG, ['wuer', 'oc', 'mars'])).toMatchObject({
    ok: false,
    problems: [
      { code: 'unknown-region', id: 'wuer', nearest: 'weur' },
      { code: 'unknown-region', id: 'mars' },
    ],
  });
});

test('no region, or only disabled ones, is refused', () => {
  const config = configOf(validateConfig(fileOf(region('weur'), region('oc', { enabled: false }))));
  expect(onlyRegions(config, [])).toMatchObject({ problems: [{ code: 'empty-list' }] });
  expect(onlyRegions(config, ['oc'])).toMatchObject({ problems: [{ code: 'no-enabled-region' }] });
});
