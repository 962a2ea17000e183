// No client is refused while a healthy region is there, and none is left on a server that hangs: with nats.js, as
// `npm run outages` measures it at length with three libraries.

import { describe, expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { readyProgram } from '../outages/clients/programs.ts';
import type { OutageKind } from '../outages/combination.ts';
import { type Figures, figuresOf, type Homecoming, homecomings } from '../outages/figures.ts';
import { usualLoad } from '../outages/load.ts';
import { measureOutage, rankingFor } from '../outages/measure.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { meshIsWhole } from '../support/mesh-state.ts';

const SYDNEY = cityOf('oc');

const LOAD = usualLoad({ rate: 12, lasting: 1, observer: SYDNEY });

const SERVED_WITHIN_MS = 1_500;
const MOVED_WITHIN_MS = 10_000;
const HOME_WITHIN_MS = 10_000;

/** How long an outage lasts: with hung servers, as long as their clients may take to move. */
const KILLED_MS = 8_000;
const HUNG_MS = 12_000;
const RECOVERY_MS = 11_000;

const ENDED_WITHIN_MS = 60_000;
const TEST_TIMEOUT_MS = 150_000;

const running = useStack();

describe.each([5])('with the nearest %i of six killed', { timeout: TEST_TIMEOUT_MS }, (k) => {
  test('nobody is refused, everybody is served soon, those who were there move on, and who comes after it is at home', async () => {
    const { figures, homes } = await measured('killed', k, KILLED_MS);
    expectServed(figures);
    expect(figures.lasting.lost).toBe(0);
    expectHome(homes);
  });
});

describe.each([3])('with the nearest %i of six hung', { timeout: TEST_TIMEOUT_MS }, (k) => {
  test('nobody is refused, everybody is served soon, those who were there are served elsewhere, and who comes after it is at home', async () => {
    const { figures, homes } = await measured('hung', k, HUNG_MS);
    expectServed(figures);
    expect(figures.lasting.withoutService?.worst).toBeLessThan(MOVED_WITHIN_MS);
    expect(figures.lasting.lost).toBe(0);
    expectHome(homes);
  });
});

function expectServed({ arrivals, lasting }: Figures): void {
  expect(arrivals).toMatchObject({ refused: 0, failures: {}, neverServed: 0 });
  expect(arrivals.count).toBeGreaterThan(0);
  expect(arrivals.served?.p99).toBeLessThan(SERVED_WITHIN_MS);
  expect(lasting.withoutService?.count).toBeGreaterThan(0);
  expect(lasting.bystanders?.worst).toBeLessThan(SERVED_WITHIN_MS);
}

function expectHome(homes: readonly Homecoming[]): void {
  expect(homes).not.toHaveLength(0);
  for (const { city, homeMs } of homes) expect(homeMs, city).toBeLessThan(HOME_WITHIN_MS);
}

async function measured(kind: OutageKind, k: number, outageMs: number) {
  const { stack } = running;
  await meshIsWhole(stack);
  await everybodyIsAtHome();
  const program = await readyProgram('nats.js', () => {});
  const observed = await measureOutage({
    stack,
    kind,
    regions: (await rankingFor(stack.url, SYDNEY)).slice(0, k),
    programs: new Map([['nats.js', program]]),
    load: LOAD,
    outageMs,
    recoveryMs: RECOVERY_MS,
  });
  const events = observed.events['nats.js'] ?? [];
  return { figures: figuresOf(events, observed), homes: homecomings(events, observed) };
}

/** The data centers have to forget what they learned in an outage before the next one. */
async function everybodyIsAtHome(): Promise<void> {
  await waitFor('every region to be the first for its cities', { timeoutMs: ENDED_WITHIN_MS }, async () => {
    const firsts = await Promise.all(LOAD.places.map((place) => rankingFor(running.stack.url, place)));
    return firsts.every(([first], at) => first === LOAD.places[at]?.region);
  });
}
