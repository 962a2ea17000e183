import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { colourOfRegion, inRegionOrder } from './region-look.ts';

const CONFIGURED = ['wnam', 'enam', 'weur', 'eeur', 'apac', 'oc'];

test('regions come in the order of the configuration, others after them by name', () => {
  expect(inRegionOrder(['mars-10', 'oc', 'mars-9', 'weur', 'wnam'], CONFIGURED)).toEqual([
    'wnam',
    'weur',
    'oc',
    'mars-9',
    'mars-10',
  ]);
});

test('a region has its colour whichever others there are, and no two have the same', () => {
  expect(colourOfRegion('weur', ['weur'])).toBe(colourOfRegion('weur', CONFIGURED));
  const all = [...CONFIGURED, 'sam', 'afr', 'me', 'mars', 'venus'];
  expect(new Set(all.map((id) => colourOfRegion(id, all))).size).toBe(all.length);
});

function read<T>(path: string): T {
  return JSON.parse(readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8')) as T;
}

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly legendFormat: string }[];
  readonly fieldConfig: {
    readonly overrides: readonly {
      readonly matcher: { readonly options: string };
      readonly properties: readonly {
        readonly id: string;
        readonly value: { readonly fixedColor?: string };
      }[];
    }[];
  };
}

test('the dashboard of load tests has the same colours, in every panel that names regions', () => {
  const { regions } = read<{ regions: readonly { id: string }[] }>('../../regions/regions.json');
  const { panels } = read<{ panels: readonly Panel[] }>('../grafana/run.json');
  const named = panels.filter(({ targets }) =>
    targets.some(({ legendFormat }) => legendFormat.includes('{{region}}')),
  );
  expect(named.length).toBeGreaterThan(0);
  for (const { title, fieldConfig } of named)
    for (const { id } of regions) {
      const found = fieldConfig.overrides
        .filter(({ matcher }) => new RegExp(matcher.options.slice(1, -1)).test(`${id} p95`))
        .flatMap(({ properties }) => properties)
        .filter((property) => property.id === 'color');
      expect(
        found.map(({ value }) => value.fixedColor),
        `${title}, ${id}`,
      ).toEqual([colourOfRegion(id)]);
    }
});
