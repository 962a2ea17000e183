import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Forecast } from '../api/forecast.ts';
import { FORECAST } from '../test/support/fake-edge.ts';
import { dryRunText, forecastText } from './forecast-text.ts';

const RED = '\u001b[31m';

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
    [0, 0.35, '35% of the clients would be served by nobody; now all are served.'],
    [0.1, 1, '100% of the clients would be served by nobody; now it is 10%.'],
    [0, 0.0001, '<0.1% of the clients would be served by nobody; now all are served.'],
  ])('are shown in red when there are more than before (%d, then %d)', (before, after, text) => {
    const line = lineOf(withRefused(before, after), 'served by nobody');
    expect(line.startsWith(RED)).toBe(true);
    expect(stripVTControlCharacters(line)).toBe(text);
  });

  test.each([
    [0.2, 0.2, '20% of the clients would be served by nobody, as now.'],
    [0.2, 0.1, '10% of the clients would be served by nobody, now it is 20%.'],
  ])('are no alarm when there are no more than before (%d, then %d)', (before, after, text) => {
    expect(lineOf(withRefused(before, after), 'served by nobody')).toBe(text);
  });

  test('are not mentioned when all are served', () => {
    expect(forecastText(withRefused(0.2, 0))).not.toContain('served by nobody');
  });
});

test('limits are said to be unchecked where the number of clients is unknown', () => {
  expect(lineOf({ ...FORECAST, clients: null, limits: [] }, 'no limit was checked')).toContain('unknown');
  expect(forecastText(FORECAST)).not.toContain('no limit was checked');
});

test('latency figures are said to be of those who are served, where not all are', () => {
  expect(lineOf(withRefused(0, 0), 'Latency')).toMatch(/^Latency: mean 30 ms/);
  for (const forecast of [withRefused(0, 0.1), withRefused(0.1, 0)]) {
    expect(lineOf(forecast, 'Latency')).toMatch(/^Latency of those who are served: mean 30 ms/);
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
