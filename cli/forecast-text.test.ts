import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Forecast } from '../api/forecast.ts';
import { FORECAST } from '../test/support/fake-edge.ts';
import { dryRunText, forecastText } from './forecast-text.ts';

const RED = '\u001b[31m';
const RESET_DIM = '\u001b[22m';
const RESET_COLOUR = '\u001b[39m';

// styleText leaves colours out where the output is no terminal.
beforeAll(() => {
  vi.stubEnv('FORCE_COLOR', '1');
  vi.stubEnv('NO_COLOR', undefined);
});
afterAll(() => vi.unstubAllEnvs());

const withRefused = (before: number, after: number): Forecast => ({
  ...FORECAST,
  refused: { before, after },
});
const lineOf = (forecast: Forecast, part: string): string =>
  forecastText(forecast)
    .split('\n')
    .find((line) => line.includes(part)) ?? '';

describe('clients whom nobody would serve', () => {
  test.each([
    [0, 0.35, '35% of them would be served by no region; now all are served.'],
    [0.1, 1, '100% of them would be served by no region; now it is 10%.'],
    [0, 0.0001, '<0.1% of them would be served by no region; now all are served.'],
  ])('are shown in red when there are more than before (%d, then %d)', (before, after, text) => {
    const line = lineOf(withRefused(before, after), 'served by no region');
    expect(line.startsWith(RED)).toBe(true);
    expect(stripVTControlCharacters(line)).toBe(text);
  });

  test.each([
    [0.2, 0.2, '20% of them would be served by no region, as now.'],
    [0.2, 0.1, '10% of them would be served by no region, now it is 20%.'],
  ])('are no alarm when there are no more than before (%d, then %d)', (before, after, text) => {
    expect(lineOf(withRefused(before, after), 'served by no region')).toBe(text);
  });

  test('are not mentioned when all are served', () => {
    expect(forecastText(withRefused(0.2, 0))).not.toContain('served by no region');
  });
});

test('an edit of the compression says what it does to the links, and no other edit does', () => {
  const textOf = (path: string) => {
    const changes = [{ path, from: 'off', to: 's2_fast', kind: 'steers' as const }];
    return stripVTControlCharacters(
      dryRunText({ base: 1, changes, needsDeploy: [], warnings: [], forecast: FORECAST }),
    );
  };
  expect(textOf('mesh.compression')).toContain(
    'makes the links between regions again, one after the other: what is on the way',
  );
  expect(textOf('routing.bandMs')).not.toContain('links');
});

test('limits are said to be unchecked where the number of clients is unknown', () => {
  expect(lineOf({ ...FORECAST, clients: null, limits: [] }, 'no limit was checked')).toContain('unknown');
  expect(forecastText(FORECAST)).not.toContain('no limit was checked');
});

test('latency figures are said to be of those who are served, where not all are', () => {
  expect(lineOf(withRefused(0, 0), 'Latency')).toMatch(/^Latency: mean 30 ms/);
  for (const forecast of [withRefused(0, 0.1), withRefused(0.1, 0)]) {
    expect(lineOf(forecast, 'Latency')).toMatch(/^Latency of those that are served: mean 30 ms/);
  }
});

test('countries without a region are named once: by the forecast, not by the warning as well', () => {
  const warnings = [
    { path: 'regions', code: 'unserved', message: 'nobody would serve clients from KP' },
    { path: 'regions', code: 'last_region', message: 'no region would serve anybody' },
  ];
  const text = dryRunText({ base: 7, changes: [], needsDeploy: [], warnings, forecast: FORECAST });
  expect(text.match(/KP/g)).toHaveLength(1);
  expect(text).toContain('no region would serve anybody');
});

test.each([
  [
    'traffic',
    'good: about 9000 connections',
    /^Forecast: 12% of the connections seen in the last day would go/,
    '2',
  ],
  ['population', 'low: no connections', /^Forecast: 12% of the world's population would go/, '33'],
] as const)(
  'of %s it says what the shares are of, and low confidence stands out',
  (source, confidence, whole, colour) => {
    const forecast = { ...FORECAST, source, confidence };
    expect(stripVTControlCharacters(forecastText(forecast))).toMatch(whole);
    expect(lineOf(forecast, 'Confidence')).toBe(
      `\u001b[${colour}mConfidence is ${confidence}${colour === '2' ? RESET_DIM : RESET_COLOUR}`,
    );
  },
);

test('codes that are no country are explained', () => {
  const countries = ['XX', 'T1', 'DE'].map((country) => ({ country, share: 0.01 }));
  const [move] = FORECAST.moves;
  const text = forecastText({
    ...FORECAST,
    moves: move ? [{ ...move, countries }] : [],
    unserved: [{ country: 'XX', share: 0.1, isNew: true }],
  });
  expect(text).toContain('an unknown country (XX) 1.0%, Tor (T1) 1.0%, DE 1.0%');
  expect(text).toContain('clients from an unknown country (XX) (10% of all)');
});

describe('servers', () => {
  const textWith = (servers: Forecast['servers']) =>
    stripVTControlCharacters(forecastText({ ...FORECAST, servers }));

  test('are told with what the difference costs', () => {
    const text = textWith([
      { region: 'weur', before: 1, after: 3, dollarsPerMonth: 58.14 },
      { region: 'eeur', before: 2, after: 1, dollarsPerMonth: -29.07 },
      { region: 'oc', before: 1, after: 1, dollarsPerMonth: 0 },
    ]);
    expect(text).toContain('weur: needs 3 servers, now 1: +$58.14 a month.');
    expect(text).toContain('eeur: needs 1 server, now 2: -$29.07 a month.');
    expect(text).toContain('oc: needs 1 server, as now.');
  });

  test('of which nobody knows how many are needed have no price', () => {
    const text = textWith([{ region: 'weur', before: 1, after: null, dollarsPerMonth: null }]);
    expect(text).toContain('weur: how many servers it needs is unknown.');
    expect(text.split('\n').find((line) => line.startsWith('weur'))).not.toContain('$');
    expect(textWith([])).not.toContain('server');
  });
});

describe('what the edit costs', () => {
  const textWith = (cost: Partial<Forecast['cost']>) =>
    stripVTControlCharacters(forecastText({ ...FORECAST, cost: { ...FORECAST.cost, ...cost } }));
  const dollars = (mid: number) => ({ low: mid - 1, mid, high: mid + 1 });

  test('is told with its sign, and by what it is for', () => {
    const drivers = [
      { driver: 'memory', before: 100, after: 73.72 },
      { driver: 'disk', before: 6, after: 4.5 },
      { driver: 'cpu', before: 1, after: 1.001 },
    ];
    const text = textWith({ before: dollars(148.4), after: dollars(120.62), drivers });
    expect(text).toContain(
      'It would cost -$27.78 a month, about $120.62 in place of $148.40 (list prices of 2026-11-28; without what messages cost).',
    );
    expect(text).toContain('\n  memory -$26.28, disk -$1.50\n');
    expect(textWith({ before: dollars(10), after: dollars(12) })).toContain('It would cost +$2.00 a month');
  });

  test('is told to be the same where it is', () => {
    expect(textWith({})).toContain('It costs about $148.40 a month, as now (list prices of 2026-11-28;');
  });

  test('is told with stale prices to be so', () => {
    expect(textWith({ arePricesStale: true })).toContain('list prices of 2026-11-28, which are stale');
    expect(textWith({})).not.toContain('stale');
  });
});
