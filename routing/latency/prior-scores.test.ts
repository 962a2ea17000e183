// The prior against measured data, where it is at hand: MERIDIAN_RTT_DATA names the folder.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DATA_SETS, readMeasurements, readScenario } from '../../tools/fit/measurements.ts';
import { scoreOf, scoreOfPairs } from '../../tools/fit/score.ts';
import { distanceKm } from '../distance.ts';
import { expectedRttMs } from './prior.ts';

const FOLDER = process.env.MERIDIAN_RTT_DATA ?? '';
const isThere = FOLDER !== '' && existsSync(join(FOLDER, 'scenarios'));
if (!isThere) console.warn('prior-scores.test.ts: skipped, MERIDIAN_RTT_DATA names no folder with data');

const read = (path: string): string => readFileSync(join(FOLDER, path), 'utf8');

/** ms. The best of the simple policies on each scenario: by continent, by country, by great circle. */
const BEST_CONTROL = { cloudflare: 0.9, azure: 2.2, skyplane: 0.2 };

describe.skipIf(!isThere).each(DATA_SETS)('on $scenario', ({ name, scenario }) => {
  test('clients lose no more than by the best of the simple policies', () => {
    const score = scoreOf(readScenario(read, scenario), expectedRttMs);
    expect(score.meanRegretMs).toBeLessThanOrEqual(BEST_CONTROL[name]);
    expect(score.meanRatio).toBeLessThan(1.05);
  });

  test('between any two regions they lose less than half of what they lose by distance', () => {
    const pairs = readMeasurements(read).get(name) ?? [];
    const byDistance = scoreOfPairs(pairs, distanceKm);
    expect(scoreOfPairs(pairs, expectedRttMs).meanRegretMs).toBeLessThan(byDistance.meanRegretMs / 2);
  });
});
